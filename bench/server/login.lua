-- login.lua - wrk: the same login again and again, before each a pause of chance whose mean is
-- given, so that they do not all come at once.
-- wrk ... -s login.lua URL -- NAME PASSWORD PAUSE_MS
local pause = 0

function init(args)
    pause = tonumber(args[3])
    body = '{"login":"' .. args[1] .. '","password":"' .. args[2] .. '"}'
end

function delay()
    return math.random(0, 2 * pause)
end

function request()
    return wrk.format("POST", "/v1/login", { ["Content-Type"] = "application/json" }, body)
end
