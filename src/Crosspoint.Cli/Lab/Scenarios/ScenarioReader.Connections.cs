using System.Globalization;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>Connections, and what goes wrong with them.</summary>
internal sealed partial class ScenarioReader
{
    private static readonly CellNature Usual = new() { Rate = 1 };

    private void ReadConnection(ConfigSection section, ScenarioTraffic traffic)
    {
        CellNature usual = ReadNature(section, Usual with { Noon = traffic.Busiest.TotalHours });
        CellNature[] natures = [.. _networks.Select(_ => usual)];
        foreach (ConfigSection other in section.Groups("on"))
        {
            CellNature own = ReadNature(other, usual);
            foreach (int network in ReadNetworkNames(other, required: true)) natures[network] = own;
            other.Close();
        }

        string name = section.Text("name", required: true, most: 40, expected: NameExpected) ?? "";
        if (_connections.Exists(one => one.Name == name)) section.Fail("name", $"is '{name}', the name of another one; expected each name once");
        _connections.Add(new()
        {
            Name = name,
            Price = (long)Math.Round(section.Number("price", 0, 0, 1_000) * 1_000_000),
            Capacity = section.Number("capacity", 0, 0, 100_000),
            Window = section.Int("window", 200, 1, 10_000),
            ResponseTimeout = section.Duration("response_timeout", TimeSpan.FromSeconds(30), Second, TimeSpan.FromMinutes(10)),
            Natures = natures,
        });
        section.Close();
    }

    private static CellNature ReadNature(ConfigSection section, CellNature usual) => usual with
    {
        Refused = FailoverConfig.Share(section, "refused", usual.Refused, 0.0001, 1),
        Undelivered = FailoverConfig.Share(section, "undelivered", usual.Undelivered, 0.0001, 1),
        NoReceipt = FailoverConfig.Share(section, "no_receipt", usual.NoReceipt, 0, 1),
        Unanswered = FailoverConfig.Share(section, "unanswered", usual.Unanswered, 0, 1),
        Confirmed = FailoverConfig.Share(section, "confirmed", usual.Confirmed, 0, 1),
        ResponseMedian = section.Duration("response", TimeSpan.FromSeconds(usual.ResponseMedian), TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(30)).TotalSeconds,
        ReceiptMedian = section.Duration("receipt", TimeSpan.FromSeconds(usual.ReceiptMedian), TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(30)).TotalSeconds,
    };

    private List<ScenarioFault> ReadFaults(ConfigSection root, TimeSpan duration)
    {
        var faults = new List<ScenarioFault>();
        foreach (ConfigSection section in root.Groups("faults"))
        {
            ScenarioFault fault = ReadFault(section, duration);
            ScenarioFault? other = faults.Find(one =>
                one.Fault is null == fault.Fault is null && one.Connection == fault.Connection && one.At < fault.End && fault.At < one.End && one.Networks.Intersect(fault.Networks).Any());
            if (other is not null) section.Fail("at", $"overlaps '{other.Name}' on the same connection and network; expected one after the other");
            faults.Add(fault);
            section.Close();
        }

        return faults;
    }

    private ScenarioFault ReadFault(ConfigSection section, TimeSpan duration)
    {
        Require(section, "at", "connection");
        TimeSpan at = section.Duration("at", default, TimeSpan.Zero, duration);
        TimeSpan lasts = section.Has("for") ? section.Duration("for", duration, Second, duration) : duration;
        string connection = section.Text("connection", expected: "the name of a connection") ?? "";
        int place = _connections.FindIndex(one => one.Name == connection);
        if (place < 0 && connection.Length > 0)
            section.Fail("connection", $"is '{connection}', which is no connection; expected one of {Names(_connections.Select(static one => one.Name))}");
        bool isDown = section.Bool("down", false);
        bool isNarrow = section.Has("networks");
        List<int> networks = ReadNetworkNames(section, required: false);
        CellFault fault = new()
        {
            Name = "",
            IsStalled = section.Bool("stalled", false),
            Refused = FailoverConfig.Share(section, "refused", 0, 0, 1),
            Undelivered = FailoverConfig.Share(section, "undelivered", 0, 0, 1),
            IsSilent = section.Bool("silent", false),
            Slower = section.Number("slower", 1, 1, 1_000),
            FakedAfter = section.Duration("faked", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(30)).TotalSeconds,
            FakedSpread = section.Duration("faked_spread", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(30)).TotalSeconds,
            Throttled = FailoverConfig.Share(section, "throttled", 0, 0, 1),
            Ramp = section.Duration("ramp", TimeSpan.Zero, TimeSpan.Zero, MostDuration).TotalSeconds,
        };
        string what = WordsOf(fault, isDown);
        const string Kinds = "'down', 'stalled', 'refused', 'undelivered', 'silent', 'slower', 'faked' or 'throttled'";
        if (what.Length == 0) _errors.Add(section.Line, section.Path, $"says nothing of what goes wrong; expected {Kinds}");
        if (isDown && (isNarrow || what != "down")) section.Fail("down", "is of a whole connection and goes with nothing else; expected neither 'networks' nor another kind beside it");
        if (fault.FakedSpread > fault.FakedAfter) section.Fail("faked_spread", "is longer than 'faked'; expected at most as long");
        TimeSpan end = at + lasts < duration ? at + lasts : duration;
        string where = isNarrow ? string.Join(", ", networks.Select(network => _networks[network].Group).Distinct()) : "all networks";
        return new($"{connection}, {where}: {what}", at, end, Math.Max(place, 0), networks, isDown ? null : fault);
    }

    private static string WordsOf(CellFault fault, bool isDown)
    {
        var words = new List<string>();
        void Say(bool isSo, FormattableString word)
        {
            if (isSo) words.Add(word.ToString(CultureInfo.InvariantCulture));
        }

        Say(isDown, $"down");
        Say(fault.IsStalled, $"stalled");
        Say(fault.Refused > 0, $"{fault.Refused * 100:0.#} % refused");
        Say(fault.Undelivered > 0, $"{fault.Undelivered * 100:0.#} % more undelivered");
        Say(fault.IsSilent, $"receipts silent");
        Say(fault.Slower > 1, $"{fault.Slower:0.#} times slower");
        Say(fault.FakedAfter > 0, $"receipts faked");
        Say(fault.Throttled > 0, $"{fault.Throttled * 100:0.#} % throttled");
        return string.Join(", ", words);
    }
}
