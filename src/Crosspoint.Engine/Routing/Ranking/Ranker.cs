using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;

namespace Crosspoint.Engine.Routing.Ranking;

/// <summary>Puts the connections of a list in order for one message. Allocates nothing.</summary>
internal ref struct Ranker
{
    // Keeps the shares of health apart from those of lists.
    private const ulong HealthSalt = 5;

    private readonly RoutingSnapshot _snapshot;
    private readonly ref readonly RouteRequest _request;
    private readonly Span<RankedCandidate> _buffer;
    private readonly RouteDemands _demands;
    private readonly long? _sellPrice;
    private readonly bool _measures;
    private readonly RouteQualityRow? _quality;
    private NetworkPrices.Reader _prices;

    /// <param name="measures">Prices and quality are looked up though no list asks for them: the record of the decision tells them.</param>
    public Ranker(
        RoutingSnapshot snapshot, in RouteRequest request, in NetworkPrices.Reader prices, RouteQualityRow? quality, Span<RankedCandidate> buffer,
        RouteDemands demands, long? sellPrice, bool measures)
    {
        _snapshot = snapshot;
        _request = ref request;
        _prices = prices;
        _quality = quality;
        _buffer = buffer;
        _demands = demands;
        _sellPrice = sellPrice;
        _measures = measures;
    }

    /// <summary>Writes a list's candidates behind those that are there.</summary>
    /// <param name="before">Candidates of the lists before; what one of them may take is not tried again.</param>
    /// <returns>Candidates with those of the list.</returns>
    public int Rank(in ChainLink link, int place, int before)
    {
        CompiledList compiled = link.Compiled;
        int count = Place(compiled.Connections, place, before, before);
        int ordinary = count;
        count = Place(compiled.Shadows, place, before, count);
        bool explores = Explores(link);
        Look(compiled, _buffer[before..count], explores);
        if (explores || compiled.Shares.Length > 0)
        {
            int at = before;
            for (int i = 0; i < compiled.Connections.Length; i++)
            {
                int connection = compiled.Connections[i];
                if (at == ordinary || _buffer[at].Connection != connection) continue;
                ref RankedCandidate candidate = ref _buffer[at++];
                if (explores && !candidate.IsOut) candidate.Drawn = Draw(link.Salt, candidate);
                if (compiled.Shares.Length > 0)
                    candidate.Score = Shares.Worth(DrawOf(compiled.List), link.Salt ^ _snapshot.SaltOf(connection), compiled.Shares[i]);
            }
        }

        if (count > ordinary) Turn(link, _buffer[ordinary..count]);
        Score(compiled, _buffer[before..ordinary]);
        Order(_buffer[before..count], keepsOut: compiled.Choose == RouteStrategy.Fixed);
        return count;
    }

    // Writes candidates for connections that are not there yet.
    private readonly int Place(int[] connections, int place, int before, int count)
    {
        foreach (int connection in connections)
        {
            if (!IsThere(connection, before))
                _buffer[count++] = new() { Connection = connection, List = place, Health = _snapshot.Use.HealthOf(connection) };
        }

        return count;
    }

    private void Look(CompiledList compiled, Span<RankedCandidate> candidates, bool explores)
    {
        bool looksAtPrices = _measures || compiled.AsksForPrice;
        bool looksAtQuality = _measures || compiled.AsksForQuality;
        foreach (ref RankedCandidate candidate in candidates)
        {
            if (looksAtPrices) candidate.Price = _prices.On(candidate.Connection);
            if (looksAtQuality) LookAtQuality(ref candidate, explores);
            if (WhyOut(compiled, candidate) is { } why) (candidate.IsOut, candidate.Code) = (true, why);
        }
    }

    // Where it lies in a row most of it is left there.
    private readonly void LookAtQuality(ref RankedCandidate candidate, bool explores)
    {
        if (_quality is not null && !explores && _quality.TryGlance(_snapshot.QualityNumberOf(candidate.Connection), out QualityGlance glance))
        {
            candidate.Delivery = glance.Delivery;
            candidate.AtBest = glance.AtBest;
            candidate.IsMeasured = glance.IsMeasured;
        }
        else if (_snapshot.QualityOf(candidate.Connection) is { } source)
        {
            RouteQuality quality = source.Find(_request.Destination, _request.Head.Class);
            candidate.Delivery = quality.Delivery;
            candidate.AtBest = quality.AtBest;
            candidate.IsMeasured = quality.IsMeasured;
            candidate.Weight = (float)quality.Weight;
        }
    }

    // Shadows stand behind all others, but for the one whose turn it is.
    private readonly void Turn(in ChainLink link, Span<RankedCandidate> shadows)
    {
        bool isTurn = Shares.Place(_request.Draw, link.Salt + 1) <= link.Compiled.List.ShadowShare;
        int turn = isTurn ? link.Compiled.Shadows[(int)(_request.Draw % (ulong)link.Compiled.Shadows.Length)] : -1;
        foreach (ref RankedCandidate candidate in shadows)
        {
            candidate.IsShadow = true;
            candidate.Score = candidate.Connection == turn ? double.PositiveInfinity : double.NegativeInfinity;
        }
    }

    private readonly ulong DrawOf(RouteList list) => list.IsSticky ? Shares.Mix(_request.Destination.Number.Digits) : _request.Draw;

    private readonly bool Explores(in ChainLink link) => link.Compiled.Explore > 0
        && (link.ExploresCodes || _request.Head.Class != TrafficClass.Otp)
        && Shares.Place(_request.Draw, link.Salt + 3) <= link.Compiled.Explore;

    // The same for the same message each time, and of one connection independent of that of another.
    private readonly double Draw(ulong salt, in RankedCandidate candidate)
    {
        var draws = new Draws(Shares.Mix(_request.Draw ^ salt ^ _snapshot.SaltOf(candidate.Connection)));
        return candidate.Delivery is { } delivery
            ? draws.NextProbability(delivery, candidate.Weight)
            : draws.NextProbability(NeutralQuality.Value.Delivery, NeutralQuality.Weight);
    }

    private readonly bool IsThere(int connection, int before)
    {
        foreach (ref readonly RankedCandidate earlier in _buffer[..before])
        {
            if (earlier.Connection == connection && !earlier.IsOut) return true;
        }

        return false;
    }

    private readonly CandidateCode? WhyOut(CompiledList compiled, in RankedCandidate candidate)
    {
        ConnectionLimits limits = _snapshot.LimitsOf(candidate.Connection);
        if (_request.SenderKind is { } kind && !limits.Carries(kind)) return CandidateCode.SenderNotCarried;
        if (_demands != 0)
        {
            RouteDemands unmet = _demands & ~limits.Meets;
            if ((unmet & RouteDemands.Receipts) != 0) return CandidateCode.NoReceipts;
            if ((unmet & RouteDemands.Direct) != 0) return CandidateCode.NotDirect;
            if ((unmet & RouteDemands.Licensed) != 0 && !_snapshot.IsLicensed(candidate.Connection, _request.Destination.Country))
                return CandidateCode.NotLicensed;
        }

        if (compiled.LimitsPrice)
        {
            if (candidate.Price is not { } price) return CandidateCode.NoPrice;
            if (price > compiled.PriceAtMost) return CandidateCode.AbovePrice;
            if (compiled.AsksForMargin)
            {
                RouteList list = compiled.List;
                if (_sellPrice is not { } sell) return CandidateCode.NoSellPrice;
                if (sell - price < list.MarginAtLeast) return CandidateCode.BelowMargin;
                if (list.MarginPercentAtLeast is { } percent && (sell - price) * 100.0 < percent * sell) return CandidateCode.BelowMargin;
            }
        }

        return candidate.IsMeasured && candidate.AtBest < compiled.QualityAtLeast
            ? CandidateCode.BelowQuality
            : null;
    }

    private static double QualityOf(in RankedCandidate candidate) =>
        (candidate.Drawn ?? candidate.Delivery ?? NeutralQuality.Value.Delivery) * candidate.Health;

    private static void Score(CompiledList compiled, Span<RankedCandidate> candidates)
    {
        double cheapest = double.PositiveInfinity;
        if (compiled.Choose == RouteStrategy.Blend)
        {
            foreach (ref readonly RankedCandidate candidate in candidates)
            {
                if (!candidate.IsOut && candidate.Price is { } price) cheapest = Math.Min(cheapest, price);
            }
        }

        if (compiled.Choose == RouteStrategy.Split) return;
        foreach (ref RankedCandidate candidate in candidates)
        {
            candidate.Score = compiled.Choose switch
            {
                RouteStrategy.LeastCost => candidate.Price is { } price ? -price : double.NegativeInfinity,
                RouteStrategy.BestQuality => QualityOf(candidate),
                RouteStrategy.Blend => Blend(compiled.List, candidate, cheapest),
                _ => 0,
            };
        }
    }

    // Cheapness is 1 for the cheapest, a half for what costs twice as much, and 0 without a price.
    private static double Blend(RouteList list, in RankedCandidate candidate, double cheapest)
    {
        double cheapness = candidate.Price is { } price ? price <= 0 ? 1 : cheapest / price : 0;
        return ((list.CostWeight * cheapness) + (list.QualityWeight * QualityOf(candidate))) / (list.CostWeight + list.QualityWeight);
    }

    /// <summary>
    /// Puts those that are not well on the recipient's network behind all others, the sickest last; but for the messages that fall into what they take all the
    /// same. What an operator forbids is left out.
    /// </summary>
    /// <param name="exempt">The connection that holds some of the message's segments; null for none.</param>
    public static void Withhold(RoutingSnapshot snapshot, in RouteRequest request, string? exempt, Span<RankedCandidate> candidates)
    {
        int withheld = 0;
        foreach (ref RankedCandidate candidate in candidates)
        {
            if (candidate.IsOut) continue;
            RouteHealth health = snapshot.Use.HealthOf(candidate.Connection, request.Destination, request.Head.Class);
            candidate.State = health.State;
            if (health.State == CellState.Healthy) continue;
            if (health.IsForbidden && snapshot.At(candidate.Connection).Name != exempt)
            {
                (candidate.IsOut, candidate.Code) = (true, CandidateCode.ForbiddenHere);
                continue;
            }

            if (Shares.Place(request.Draw, snapshot.SaltOf(candidate.Connection) + HealthSalt) <= health.Share) continue;
            (candidate.IsWithheld, candidate.Score) = (true, -health.Sickness);
            withheld++;
        }

        if (withheld == 0) return;
        Span<int> order = stackalloc int[candidates.Length];
        int place = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (!candidates[i].IsWithheld) order[place++] = i;
        }

        int first = place;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (!candidates[i].IsWithheld) continue;
            int to = place++;
            for (; to > first && candidates[i].Score > candidates[order[to - 1]].Score; to--) order[to] = order[to - 1];
            order[to] = i;
        }

        Arrange(candidates, order);
    }

    // By score; what may not take the message behind the others, but in lists of a fixed order in its place.
    private static void Order(Span<RankedCandidate> candidates, bool keepsOut)
    {
        // Candidates are large: their scores are put in order, and each of them moves once.
        Span<int> order = stackalloc int[candidates.Length];
        Span<double> scores = stackalloc double[candidates.Length];
        int count = 0;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (keepsOut || !candidates[i].IsOut) Insert(order, scores, 0, count++, i, candidates[i].Score);
        }

        int first = count;
        for (int i = 0; i < candidates.Length && count < candidates.Length; i++)
        {
            if (candidates[i].IsOut) Insert(order, scores, first, count++, i, candidates[i].Score);
        }

        Arrange(candidates, order);
    }

    // Behind those that are worth as much.
    private static void Insert(Span<int> order, Span<double> scores, int first, int count, int place, double score)
    {
        int to = count;
        for (; to > first && score > scores[to - 1]; to--) (order[to], scores[to]) = (order[to - 1], scores[to - 1]);
        (order[to], scores[to]) = (place, score);
    }

    // Round by round: what goes where another one was, which goes where a third was, until the first fits.
    private static void Arrange(Span<RankedCandidate> candidates, Span<int> order)
    {
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] == i) continue;
            RankedCandidate first = candidates[i];
            int hole = i;
            while (order[hole] != i)
            {
                int from = order[hole];
                candidates[hole] = candidates[from];
                order[hole] = hole;
                hole = from;
            }

            candidates[hole] = first;
            order[hole] = hole;
        }
    }
}
