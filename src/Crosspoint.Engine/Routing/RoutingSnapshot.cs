using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing.Matching;
using Crosspoint.Engine.Routing.Ranking;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>What a snapshot goes by beside the plan and the connections.</summary>
public sealed record RoutingSources
{
    /// <summary>What segments cost and sell for; null when nothing is known of it.</summary>
    public IRateBook? Rates { get; init; }

    public IQuality Quality { get; init; } = NeutralQuality.Instance;

    /// <summary>Where a number lives. Asked for each message that rules look at: in memory, or from a cache.</summary>
    public Func<E164, Destination> DestinationOf { get; init; } = static number =>
    {
        NumberInfo info = NumberPlan.Lookup(number);
        return new(number, info.Country, info.Type, NetworkId.Unknown, NetworkSource.None);
    };

    /// <summary>How long a body pattern may take.</summary>
    public TimeSpan BodyLimit { get; init; } = BodyPatterns.Limit;
}

/// <summary>
/// A plan made ready to decide by: rules as an index, names as places, prices and quality of each connection at hand. Immutable but for what it
/// reads of the connections' state; a change of anything makes a new one. Thread-safe; a decision allocates nothing.
/// </summary>
public sealed class RoutingSnapshot
{
    private readonly RuleIndex _index;
    private readonly CompiledRoute[] _routes;
    private readonly CompiledRoute _default;
    private readonly RouteConnection[] _connections;
    private readonly ConnectionLimits[] _limits;
    private readonly HashSet<string>[] _licensed;
    private readonly IRates?[] _rates;
    private readonly NetworkPrices _networkPrices;
    private readonly IConnectionQuality?[] _quality;
    private readonly int[] _qualityNumbers;
    private readonly ulong[] _salts;
    private readonly Dictionary<string, int> _places;
    private readonly Dictionary<string, RoutingRule> _rulesByName;
    private readonly bool _looksAtMessages;

    /// <param name="connections">All of them; those that rules name must be among them.</param>
    /// <param name="use">How they are, by their place here.</param>
    /// <exception cref="ArgumentException">The plan names what is not there: <see cref="Checking.PlanCheck"/> says what.</exception>
    public RoutingSnapshot(
        RoutingPlan plan, IReadOnlyList<RouteConnection> connections, RoutingSources sources, IConnectionUse use)
    {
        Plan = plan;
        _connections = [.. connections];
        _limits = [.. connections.Select(static connection => ConnectionLimits.Of(connection.Capabilities))];
        _licensed = [.. connections.Select(static connection => connection.Capabilities.Licensed.ToHashSet(StringComparer.Ordinal))];
        Sources = sources;
        Use = use;
        _places = new(StringComparer.Ordinal);
        _rulesByName = new(StringComparer.Ordinal);
        for (int i = 0; i < connections.Count; i++) _places.Add(connections[i].Name, i);
        foreach (RoutingRule rule in plan.Rules) _rulesByName.Add(rule.Name, rule);
        _rates = [.. connections.Select(connection => sources.Rates?.Cost(connection.Name))];
        _networkPrices = new(_rates);
        _quality = [.. connections.Select(connection => sources.Quality.Of(connection.Name))];
        _qualityNumbers = NumbersOf(sources.Quality);
        _salts = [.. connections.Select(static connection => Shares.Of(connection.Name))];
        _index = new RuleIndex(plan.Rules, sources.BodyLimit);
        var lists = plan.Lists.ToDictionary(static list => list.Name, StringComparer.Ordinal);
        var shared = new Dictionary<string, CompiledList>(StringComparer.Ordinal);
        _routes = [.. plan.Rules.Select(rule => Compile(rule, lists, shared))];
        _default = new(null, [new(Compile(new RouteList { Connections = plan.Default }, ""), false, Shares.Of("/"))], -1, 0);
        BufferSize = _routes.Append(_default)
            .Max(static route => route.Chain.Sum(static link => link.Compiled.Connections.Length + link.Compiled.Shadows.Length)) + 1;
        HasTimeLimits = plan.Rules.Any(static rule => rule.Within is not null);
        MeasuresAll = plan.Rules.Count > 0;
        Mark = MeasuresAll ? PlanMark.Of(plan) : 0;
        _looksAtMessages = MeasuresAll || connections.Any(static connection => connection.Capabilities.SenderTypes is not null);
    }

    // The same plan and connections by other sources: what was made of the rules serves again.
    private RoutingSnapshot(RoutingSnapshot before, RoutingSources sources)
    {
        Plan = before.Plan;
        _connections = before._connections;
        _limits = before._limits;
        _licensed = before._licensed;
        Sources = sources;
        Use = before.Use;
        _places = before._places;
        _rulesByName = before._rulesByName;
        _rates = [.. Connections.Select(connection => sources.Rates?.Cost(connection.Name))];
        _networkPrices = sources.Rates == before.Sources.Rates ? before._networkPrices : new(_rates);
        _quality = [.. Connections.Select(connection => sources.Quality.Of(connection.Name))];
        _qualityNumbers = NumbersOf(sources.Quality);
        _salts = before._salts;
        _index = before._index;
        _routes = before._routes;
        _default = before._default;
        BufferSize = before.BufferSize;
        HasTimeLimits = before.HasTimeLimits;
        MeasuresAll = before.MeasuresAll;
        Mark = before.Mark;
        _looksAtMessages = before._looksAtMessages;
    }

    public RoutingPlan Plan { get; }

    public RoutingSources Sources { get; }

    public IReadOnlyList<RouteConnection> Connections => _connections;

    /// <summary>Candidates of the longest decision: what a buffer must have room for.</summary>
    public int BufferSize { get; }

    /// <summary>Tells plans apart that have the same revision; 0 without rules.</summary>
    public uint Mark { get; }

    /// <summary>Whether a decision depends on more of a message than what happened to it; else an empty request does.</summary>
    public bool LooksAtMessages => _looksAtMessages || Use.IsAnySick;

    /// <summary>Some rule limits the time of its messages.</summary>
    public bool HasTimeLimits { get; }

    /// <summary>How often a body pattern was given up because of its time: its rule was then passed over.</summary>
    public long BodyTimeouts => _index.Bodies.Timeouts;

    internal IConnectionUse Use { get; }

    internal BodyPatterns Bodies => _index.Bodies;

    // With rules a decision tells the price and the quality of every candidate, whatever its list asks for.
    private bool MeasuresAll { get; }

    /// <summary>The same by other prices and quality. Takes no time to speak of, however many rules there are.</summary>
    public RoutingSnapshot With(RoutingSources sources) => new(this, sources);

    /// <summary>The place of a connection; -1 when it is not there.</summary>
    public int PlaceOf(string connection) => _places.TryGetValue(connection, out int place) ? place : -1;

    /// <summary>The rule of a name; null for the default list, or when it is gone.</summary>
    public RoutingRule? FindRule(string name) => _rulesByName.GetValueOrDefault(name);

    /// <summary>The first rule that matches; null when none does.</summary>
    public RoutingRule? Match(in RouteRequest request)
    {
        int rule = _index.Find(request);
        return rule < 0 ? null : Plan.Rules[rule];
    }

    /// <summary>
    /// Decides where a message goes: the first rule that matches, its candidates and those of its fallbacks in order of preference, and the
    /// one to take. With none usable the message waits for the first that may take it.
    /// </summary>
    /// <param name="buffer">Room for <see cref="BufferSize"/> candidates.</param>
    /// <param name="isRecorded">
    /// The candidates are looked at afterwards: price and quality of all are found, and what each stands there for. Else only what the lists ask for.
    /// </param>
    public RouteVerdict Decide(in RouteRequest request, in RouteHistory history, Span<RankedCandidate> buffer, bool isRecorded = true)
    {
        int rule = _index.Find(request);
        CompiledRoute route = rule < 0 ? _default : _routes[rule];
        if (history.PinnedTo is null && DenialOf(route, request) is { } denial)
            return new() { Rule = rule, Chosen = -1, CopyTo = -1, Denial = denial };

        bool measures = isRecorded && MeasuresAll;
        long? sell = (measures || route.AsksForMargin) && Sources.Rates?.Sell(request.Head.AccountSid) is { } sells
            && sells.TryFind(request.Destination, out long price) ? price : null;
        int count = 0;
        if (LooksAtMessages && request.Head is not null)
        {
            // Without rules nobody asks for prices, and the request may be an empty one.
            NetworkPrices.Reader prices = _networkPrices.Of(request.Destination, SenderOf(request));
            RouteQualityRow? quality = Sources.Quality.Rows?.RowOf(request.Destination, request.Head.Class);
            quality?.Fetch();
            var ranker = new Ranker(this, request, prices, quality, buffer, route.Demands, sell, measures);
            for (int i = 0; i < route.Chain.Length; i++) count = ranker.Rank(route.Chain[i], i, count);
        }
        else
        {
            var ranker = new Ranker(this, request, default, null, buffer, route.Demands, sell, measures);
            for (int i = 0; i < route.Chain.Length; i++) count = ranker.Rank(route.Chain[i], i, count);
        }

        if (Use.IsAnySick && request.Head is not null) Ranker.Withhold(this, request, history.PinnedTo, buffer[..count]);
        if (history.PinnedTo is { } pinned) count = AddPinned(pinned, buffer, count);
        int chosen = Choose(history, buffer[..count], out bool isUsable);
        if (isRecorded) SetCodes(history, buffer[..count], chosen, isUsable, route);
        bool isCopied = route.CopyTo >= 0 && chosen >= 0 && Shares.Place(request.Draw, route.Salt + 2) <= route.Rule!.CopyShare;
        return new()
        {
            Rule = rule,
            Count = count,
            Chosen = chosen < 0 ? -1 : buffer[chosen].Connection,
            CopyTo = isCopied ? route.CopyTo : -1,
            SellPrice = sell,
        };
    }

    /// <summary>The price of a segment of a message on a connection, in micro-units; null when it is not known.</summary>
    internal long? PriceOf(int connection, in RouteRequest request) => _networkPrices.Of(request.Destination, SenderOf(request)).On(connection);

    /// <summary>The price of a segment to a destination, from a sender of whom nothing is known.</summary>
    internal long? PriceOf(int connection, in Destination destination) => _networkPrices.Of(destination, default).On(connection);

    internal RouteConnection At(int connection) => _connections[connection];

    internal ConnectionLimits LimitsOf(int connection) => _limits[connection];

    internal bool IsLicensed(int connection, string country) => _licensed[connection].Contains(country);

    internal static RatedSender SenderOf(in RouteRequest request) => new(request.SenderKind, request.Head.Metadata.Find(MetadataMatch.Campaign));

    internal IConnectionQuality? QualityOf(int connection) => _quality[connection];

    internal int QualityNumberOf(int connection) => _qualityNumbers[connection];

    internal ulong SaltOf(int connection) => _salts[connection];

    private int[] NumbersOf(IQuality quality) => quality.Rows is { } rows ? [.. _connections.Select(connection => rows.NumberOf(connection.Name))] : [];

    private RouteDenial? DenialOf(CompiledRoute route, in RouteRequest request)
    {
        if (route.Denial is { } denial) return denial;
        return (route.Demands & RouteDemands.Sender) != 0
            ? Plan.SenderRules.Check(request.Destination.Country, request.SenderKind, request.Head.From)
            : null;
    }

    // What a connection holds a part of goes there, whatever the rules say by now.
    private int AddPinned(string pinned, Span<RankedCandidate> buffer, int count)
    {
        int place = PlaceOf(pinned);
        if (place < 0) return count;
        foreach (ref RankedCandidate candidate in buffer[..count])
        {
            if (candidate.Connection != place) continue;
            candidate.IsOut = false;
            return count;
        }

        buffer[count] = new() { Connection = place, Health = Use.HealthOf(place) };
        return count + 1;
    }

    private int Choose(in RouteHistory history, ReadOnlySpan<RankedCandidate> candidates, out bool isUsable)
    {
        isUsable = true;
        bool isNew = history is { RefusedBy: null, PinnedTo: null, Prefer: null };
        int usable = -1;
        int waitFor = -1;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].IsOut) continue;
            if (!isNew)
            {
                string name = _connections[candidates[i].Connection].Name;
                if (history.PinnedTo is not null ? name != history.PinnedTo : history.HasRefused(name)) continue;
            }

            if (Use.UseOf(candidates[i].Connection) != ConnectionUse.Usable) waitFor = waitFor < 0 ? i : waitFor;
            else if (history.Prefer is null || IsPreferred(history, candidates[i])) return i;
            else if (usable < 0) usable = i;
        }

        isUsable = usable >= 0;
        return isUsable ? usable : waitFor;
    }

    // Not where it is left alone by now, or only tried: most likely the message ended there by what it is left alone for, and would again.
    private bool IsPreferred(in RouteHistory history, in RankedCandidate candidate) =>
        _connections[candidate.Connection].Name == history.Prefer
        && !(candidate.IsWithheld && candidate.State is (CellState.Suspended or CellState.Probing));

    private void SetCodes(in RouteHistory history, Span<RankedCandidate> candidates, int chosen, bool isUsable, CompiledRoute route)
    {
        bool isPreferred = isUsable && history.Prefer is not null && IsPreferred(history, candidates[chosen]);
        CandidateCode taken = (isUsable, history.PinnedTo is not null) switch
        {
            (true, true) => CandidateCode.ChosenToComplete,
            (false, true) => CandidateCode.WaitedForToComplete,
            (false, _) => CandidateCode.WaitedFor,
            _ when isPreferred => CandidateCode.ChosenAgain,
            _ when chosen >= 0 && candidates[chosen].IsWithheld => CandidateCode.ChosenThoughSick,
            _ when chosen >= 0 && candidates[chosen].State == CellState.Probing => CandidateCode.ChosenToProbe,
            _ => CandidateCode.Chosen,
        };
        for (int i = 0; i < candidates.Length; i++)
        {
            ref RankedCandidate candidate = ref candidates[i];
            if (candidate.IsOut) continue;
            candidate.Code = i == chosen ? taken
                : history.RefusedBy is not null && history.HasRefused(_connections[candidate.Connection].Name) ? CandidateCode.RefusedBefore
                : history.PinnedTo is not null ? CandidateCode.HoldsOtherSegments
                : Use.UseOf(candidate.Connection) switch
                {
                    ConnectionUse.Down => CandidateCode.Down,
                    ConnectionUse.Stopped => CandidateCode.Stopped,
                    _ when isPreferred => CandidateCode.TriedElsewhere,
                    _ when candidate.IsWithheld => CodeOf(candidate.State),
                    _ when chosen < 0 => CandidateCode.LaterInPlan,
                    _ => RankOf(candidate, candidates[chosen], route),
                };
        }
    }

    private static CandidateCode CodeOf(CellState withheld) => withheld switch
    {
        CellState.Degraded => CandidateCode.DegradedHere,
        CellState.Probing => CandidateCode.ProbingHere,
        CellState.Recovering => CandidateCode.RecoveringHere,
        _ => CandidateCode.SuspendedHere,
    };

    private static CandidateCode RankOf(in RankedCandidate candidate, in RankedCandidate chosen, CompiledRoute route)
    {
        if (candidate.List != chosen.List) return CandidateCode.InFallback;
        if (candidate.IsShadow) return CandidateCode.Shadow;
        RouteStrategy choose = route.Chain[candidate.List].Compiled.Choose;
        if (choose == RouteStrategy.LeastCost && candidate.Price is null && chosen.Price is not null) return CandidateCode.Unpriced;
        if (chosen.IsShadow || candidate.Score == chosen.Score) return CandidateCode.LaterInPlan;
        return choose switch
        {
            RouteStrategy.LeastCost => CandidateCode.Dearer,
            RouteStrategy.BestQuality => CandidateCode.LowerQuality,
            RouteStrategy.Blend => CandidateCode.LowerScore,
            RouteStrategy.Split => CandidateCode.OtherShare,
            _ => CandidateCode.LaterInPlan,
        };
    }

    private CompiledRoute Compile(RoutingRule rule, Dictionary<string, RouteList> lists, Dictionary<string, CompiledList> shared)
    {
        var chain = new List<ChainLink>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool exploresCodes = rule.Match.Classes.Contains(TrafficClass.Otp);
        for (RouteList? list = rule.Route; list is not null;)
        {
            CompiledList? compiled = chain.Count > 0 ? shared.GetValueOrDefault(list.Name) : null;
            compiled ??= Compile(list, rule.Name);
            if (chain.Count > 0) shared[list.Name] = compiled;
            chain.Add(new(compiled, exploresCodes, Shares.Of($"{rule.Name}/{list.Name}")));
            string? next = list.Fallback;
            list = next is null || !seen.Add(next) ? null
                : lists.TryGetValue(next, out RouteList? found) ? found
                : throw new ArgumentException($"Rule '{rule.Name}' falls back to '{next}', which is no list.");
        }

        return new(rule, [.. chain], rule.CopyTo is null ? -1 : Place(rule.CopyTo, rule.Name), Shares.Of(rule.Name));
    }

    private CompiledList Compile(RouteList list, string rule)
    {
        int[] connections = [.. list.Connections.Select(name => Place(name, rule))];
        int[] shadows = [.. list.Shadows.Select(name => Place(name, rule))];
        return new(list, connections, shadows, list.Choose == RouteStrategy.Split ? SharesOf(list, connections) : []);
    }

    // A part of the capacity for those of which it is known; where it is not, the same for all.
    private double[] SharesOf(RouteList list, int[] connections)
    {
        if (list.Shares.Count > 0) return [.. list.Shares];
        double[] shares = [.. connections.Select(connection => Connections[connection].Capabilities.Capacity)];
        return shares.Any(static share => share <= 0) ? [.. shares.Select(static _ => 1.0)] : shares;
    }

    private int Place(string connection, string rule) => PlaceOf(connection) is >= 0 and var place
        ? place
        : throw new ArgumentException(rule.Length == 0 ? $"No connection {connection}." : $"Rule '{rule}' names '{connection}', which is no connection.");
}
