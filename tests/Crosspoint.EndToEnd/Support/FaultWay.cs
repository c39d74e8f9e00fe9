namespace Crosspoint.EndToEnd.Support;

/// <summary>A way in which one network of one carrier fails.</summary>
/// <param name="Name">For people, and in the names of carriers.</param>
/// <param name="Words">What its incident has to say.</param>
internal sealed record FaultWay(string Name, params string[] Words)
{
    /// <summary>Keys of <c>health.detection</c>, in flow style, each behind a comma.</summary>
    public string Detection { get; init; } = "";

    /// <summary>How long what is usual is learned: times to a receipt are known after two blocks of half a minute.</summary>
    public TimeSpan Learning { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the network does at the carrier, in JSON; null where it is a connection that fails.</summary>
    public string? Behaviour { get; init; }

    /// <summary>What is done, again and again while it lasts, to the connection that carries the network alone: an action of the control API.</summary>
    public string? Action { get; init; }

    /// <summary>Binds are refused meanwhile.</summary>
    public bool RefusesBinds { get; init; }

    /// <summary>A bind carries all of its networks: one that fails fails alone when it has a connection of its own.</summary>
    public bool IsOfConnection => Action is not null;

    public string Connection => IsOfConnection ? "north-26201" : "north-1";

    public static IReadOnlyList<FaultWay> All { get; } =
    [
        new("receipts-silent", "have their receipts", "receipts do not come")
        {
            Learning = TimeSpan.FromSeconds(70),
            Detection = ", receipts_silent_after: 8s",
            Behaviour = """{ "receipts": { "silent": true } }""",
        },
        new("receipts-faked", "receipts come at other times", "made up")
        {
            Learning = TimeSpan.FromSeconds(70),
            Behaviour = """{ "receipts": { "faked": true } }""",
        },
        new("slow", "answers take", "answers come late")
        {
            Detection = ", stalled_after: 3s, stalled_factor: 1, responses_slow_for: 10s",
            Behaviour = """{ "latency": { "distribution": "uniform", "min": "100ms", "max": "10s" } }""",
        },
        new("throttled", "the carrier asks for less", "only the excess moves")
        {
            Detection = ", throttled_for: 10s",
            Behaviour = """{ "throttle_rate": 2 }""",
        },
        new("unbind", "no session has been bound", "nothing gets through")
        {
            Action = "unbind",
            RefusesBinds = true,
        },
        new("reset", "sessions are lost again and again", "nothing gets through") { Action = "reset" },
        new("black-hole", "nothing answered for", "nothing gets through") { Behaviour = """{ "stall": true }""" },
        new("all-errors", "refused", "too many messages are refused")
        {
            Behaviour = """{ "errors": [ { "status": "ESME_RSYSERR", "share": 1 } ] }""",
        },
    ];

    /// <summary>A network of a carrier, well or as the fault has it.</summary>
    public static string Network(string prefix, string? behaviour = null) => behaviour is null
        ? $$"""{ "prefixes": ["{{prefix}}"] }"""
        : $$"""{ "prefixes": ["{{prefix}}"], {{behaviour.Trim()[1..]}}""";
}
