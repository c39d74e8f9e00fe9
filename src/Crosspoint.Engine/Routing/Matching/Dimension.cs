namespace Crosspoint.Engine.Routing.Matching;

/// <summary>One kind of condition of all rules, by value. A message has one value of it.</summary>
/// <param name="unbound">The set where the value is named by no rule.</param>
internal abstract class Dimension(RuleSet unbound)
{
    protected RuleSet Unbound => unbound;

    /// <summary>The rules that the message's value leaves open.</summary>
    public abstract RuleSet Find(in RouteRequest request);
}

/// <summary>A dimension whose values are looked up.</summary>
internal sealed class KeyDimension<TKey>(RuleSet unbound, Dictionary<TKey, RuleSet> sets, KeyDimension<TKey>.KeyReader keyOf)
    : Dimension(unbound)
    where TKey : notnull
{
    public delegate TKey KeyReader(in RouteRequest request);

    public override RuleSet Find(in RouteRequest request) => sets.TryGetValue(keyOf(request), out RuleSet? set) ? set : Unbound;
}

/// <summary>What numbers begin with: the longest beginning that a rule names holds what the shorter ones say too.</summary>
/// <param name="byLength">By the number of digits, and then by them.</param>
internal sealed class PrefixDimension(RuleSet unbound, Dictionary<ulong, RuleSet>?[] byLength) : Dimension(unbound)
{
    public override RuleSet Find(in RouteRequest request)
    {
        ulong digits = request.Destination.Number.Digits;
        for (int length = request.Destination.Number.Length; length > 0; length--, digits /= 10)
        {
            if (length < byLength.Length && byLength[length] is { } sets && sets.TryGetValue(digits, out RuleSet? set)) return set;
        }

        return Unbound;
    }
}

/// <summary>One name of the metadata.</summary>
/// <param name="unbound">Where the message does not have the name.</param>
/// <param name="present">Where it has a value that no rule names.</param>
internal sealed class MetadataDimension(RuleSet unbound, string name, RuleSet present, Dictionary<string, RuleSet> sets) : Dimension(unbound)
{
    public override RuleSet Find(in RouteRequest request)
    {
        if (request.Head.Metadata.Count == 0 || request.Head.Metadata.Find(name) is not { } value) return Unbound;
        return sets.TryGetValue(value, out RuleSet? set) ? set : present;
    }
}
