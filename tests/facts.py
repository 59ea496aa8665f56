"""What each page must say, in each language, once the source content is loaded."""

CONFERENCE = "events/guizhou-investment-conference-frankfurt/"

FACTS = {
    "": {
        "de": ["Verkehrs-Cloud", "ZHANG", "Frankfurt am Main", "Wachstumsfonds"],
        "en": ["Traffic cloud", "ZHANG", "Frankfurt am Main", "Growth fund"],
        "zh-hans": ["交通云", "ZHANG", "法兰克福", "成长投资基金"],
    },
    CONFERENCE: {
        "de": [
            "Hotel InterContinental Frankfurt",
            "Grußworte",
            "秦如培",
            "Hessisches Wirtschaftsministerium",
            "von Hessen",
            "Name nicht veröffentlicht",
        ],
        "en": [
            "InterContinental Frankfurt hotel",
            "Words of greeting",
            "梁建全",
            "Hessian Ministry of Economics",
            "of Hesse",
            "name not published",
        ],
        "zh-hans": ["法兰克福洲际酒店", "致辞", "秦如培", "黑森州经济部", "姓名未公布"],
    },
    "officials/": {
        "de": [
            "Vizegouverneur der Provinz Guizhou",
            "chinesischer Generalkonsul",
            "China Investment Promotion Agency (CIPA)",
        ],
        "en": [
            "Vice Governor of Guizhou Province",
            "Chinese Consul General",
            "China Investment Promotion Agency (CIPA)",
        ],
        "zh-hans": ["贵州省副省长", "中国总领事", "中国投资促进事务局"],
    },
    "officials/qin-rupei/": {
        "de": ["Vizegouverneur", "Investitionskonferenz"],
        "en": ["Vice Governor", "investment conference"],
        "zh-hans": ["副省长", "推介会"],
    },
    "contracts/": {
        "de": [
            "Unternehmen aus Deutschland",
            "Unternehmen aus der Schweiz",
            "nicht veröffentlicht",
        ],
        "en": ["companies from Germany", "companies from Switzerland", "not published"],
        "zh-hans": ["德国", "瑞士", "未公布"],
    },
    "contracts/contract-swiss-companies/": {
        "de": ["Schweiz", "China", "nicht veröffentlicht"],
        "en": ["Switzerland", "China", "not published"],
        "zh-hans": ["瑞士", "中国", "未公布"],
    },
    "projects/": {
        "de": [
            "Verkehrs-Cloud",
            "Industrie-Cloud",
            "Umwelt-Cloud",
            "Lebensmittelsicherheits-Cloud",
            "E-Commerce-Cloud",
            "Tourismus-Cloud",
        ],
        "en": [
            "Traffic cloud",
            "Industry cloud",
            "Environment",
            "Food safety cloud",
            "E-commerce cloud",
            "Tourism cloud",
        ],
        "zh-hans": ["交通云", "工业云", "环保云", "食品安全云", "电商云", "旅游云"],
    },
    "projects/food-safety-cloud/": {
        "de": [
            "Lebensmittelsicherheit",
            "öffentlich-private Partnerschaft",
            "nicht veröffentlicht",
        ],
        "en": ["Food safety", "public-private partnership", "not published"],
        "zh-hans": ["食品安全", "政府和社会资本合作", "未公布"],
    },
    "location/": {
        "de": [
            "China Mobile",
            "China Telecom",
            "China Unicom",
            "Alibaba",
            "Baidu",
            "Hewlett Packard",
            "Guiyang",
            "Finanzdaten",
        ],
        "en": [
            "China Mobile",
            "China Telecom",
            "China Unicom",
            "Alibaba",
            "Baidu",
            "Hewlett Packard",
            "Guiyang",
            "financial data",
        ],
        "zh-hans": [
            "中国移动",
            "中国电信",
            "中国联通",
            "阿里巴巴",
            "百度",
            "惠普",
            "贵阳",
            "金融数据",
        ],
    },
    "data/": {
        "de": ["Offene Daten", "CSV", "Drei Sprachen"],
        "en": ["Open data", "CSV", "Three languages"],
        "zh-hans": ["开放数据", "CSV", "三种语言"],
    },
    "imprint/": {
        "de": ["vom Betreiber noch nicht angegeben"],
        "en": ["not yet provided by the operator"],
        "zh-hans": ["运营方尚未提供"],
    },
    "privacy/": {"de": ["DSGVO"], "en": ["GDPR"], "zh-hans": ["GDPR"]},
    "accessibility/": {"de": ["BITV 2.0"], "en": ["BITV 2.0"], "zh-hans": ["BITV 2.0"]},
    "events/": {
        "de": ["Frankfurt am Main", "nicht veröffentlicht"],
        "en": ["Frankfurt am Main", "not published"],
        "zh-hans": ["法兰克福", "未公布"],
    },
}
LANGUAGES = ("de", "en", "zh-hans")
