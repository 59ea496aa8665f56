-- What wrk does with the addresses of the file it is given, and what it says in the end.

local paths = {}
local next_path = 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    table.insert(paths, wrk.format(nil, path))
  end
end

function request()
  next_path = next_path % #paths + 1
  return paths[next_path]
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format(
    'RESULT {"requests": %d, "seconds": %f, "failed": %d, "median": %f, "p99": %f}',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6
  ))
end
