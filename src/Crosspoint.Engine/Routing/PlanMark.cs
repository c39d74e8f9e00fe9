namespace Crosspoint.Engine.Routing;

/// <summary>A number of a plan that differs, as good as surely, where any of its meaning does: it is stored with decisions.</summary>
internal struct PlanMark
{
    private ulong _mark;

    public static uint Of(RoutingPlan plan)
    {
        var mark = new PlanMark();
        mark.Add(plan.Default);
        mark.Add(plan.Rules.Count);
        foreach (RoutingRule rule in plan.Rules)
        {
            mark.Add(rule.Name);
            mark.Add((int)rule.Demands);
            mark.Add(rule.MostAttempts);
            mark.Add(rule.Within?.Ticks ?? -1);
            mark.Add(rule.CopyTo ?? "");
            mark.Add(rule.CopyShare);
            mark.Add(rule.Deny?.Code ?? 0);
            mark.Add(rule.Deny?.Reason ?? "");
            mark.Add(rule.Match);
            mark.Add(rule.Except);
            if (rule.Route is not null) mark.Add(rule.Route);
        }

        foreach (RouteList list in plan.Lists) mark.Add(list);
        return (uint)mark._mark;
    }

    private void Add(RouteList list)
    {
        Add(list.Name);
        Add(list.Connections);
        Add((int)list.Choose);
        Add(list.Shares.Count);
        foreach (double share in list.Shares) Add(share);
        Add(list.IsSticky ? 1 : 0);
        Add(list.CostWeight);
        Add(list.QualityWeight);
        Add(list.Explore);
        Add(list.QualityAtLeast ?? -1);
        Add(list.PriceAtMost ?? -1);
        Add(list.MarginAtLeast ?? long.MinValue);
        Add(list.MarginPercentAtLeast ?? double.MinValue);
        Add(list.Shadows);
        Add(list.ShadowShare);
        Add(list.Fallback ?? "");
    }

    private void Add(RuleMatch match)
    {
        if (match.Conditions == 0)
        {
            Add(0);
            return;
        }

        Add(match.Conditions);
        Add(match.Accounts);
        foreach (Messages.TrafficClass one in match.Classes) Add((int)one);
        Add(match.Countries);
        foreach (Sms.Numbers.NetworkId one in match.Networks) Add((one.Mcc * 10_000) + (one.MncDigits * 1_000) + one.Mnc);
        Add(match.Prefixes);
        foreach (Sms.Numbers.NumberType one in match.NumberTypes) Add((int)one);
        Add(match.Senders);
        foreach (Sms.Numbers.SenderKind one in match.SenderTypes) Add((int)one);
        foreach (MetadataMatch one in match.Metadata)
        {
            Add(one.Name);
            Add(one.Values);
        }

        foreach (RuleHours one in match.Hours)
        {
            Add((((one.From * 2_000) + one.To) * 128) + one.Days);
            Add(one.Zone);
        }

        foreach (CountRange one in match.Segments) Add(((long)one.From << 32) + one.To);
        Add(match.Tags);
        Add(match.Bodies);
    }

    private void Add(IReadOnlyList<string> texts)
    {
        Add(texts.Count);
        foreach (string text in texts) Add(text);
    }

    private void Add(double number) => Add(BitConverter.DoubleToInt64Bits(number));

    private void Add(string text) => Add((long)Shares.Of(text));

    private void Add(long number) => _mark = Shares.Mix(_mark ^ (ulong)number);
}
