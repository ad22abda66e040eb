-- login.lua - wrk: the same login again and again, with a pause before each.
-- wrk ... -s login.lua URL -- NAME PASSWORD PAUSE_MS
local pause = 0

function init(args)
    pause = tonumber(args[3])
    body = '{"login":"' .. args[1] .. '","password":"' .. args[2] .. '"}'
end

function delay()
    return pause
end

function request()
    return wrk.format("POST", "/v1/login", { ["Content-Type"] = "application/json" }, body)
end
