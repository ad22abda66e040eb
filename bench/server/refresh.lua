-- refresh.lua - wrk, one connection a thread: each thread refreshes a session of its own.
-- wrk -t N -c N -s refresh.lua URL -- FILE (a refresh token a line)
local count = 0

function setup(thread)
    count = count + 1
    thread:set("line", count)
end

function init(args)
    local at = 0
    for token in io.lines(args[1]) do
        at = at + 1
        if at == line then current = token end
    end
end

function request()
    return wrk.format("POST", "/v1/refresh", { ["Content-Type"] = "application/json" },
                      '{"refresh_token":"' .. current .. '"}')
end

function response(status, headers, body)
    current = string.match(body, '"refresh_token":"([^"]+)"') or current
end
