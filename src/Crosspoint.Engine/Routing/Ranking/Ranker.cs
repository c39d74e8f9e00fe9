using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Routing.Ranking;

/// <summary>Puts the connections of a list in order for one message. Allocates nothing.</summary>
internal readonly ref struct Ranker
{
    // Keeps the shares of health apart from those of lists.
    private const ulong HealthSalt = 5;

    private readonly RoutingSnapshot _snapshot;
    private readonly ref readonly RouteRequest _request;
    private readonly Span<RankedCandidate> _buffer;
    private readonly RouteDemands _demands;
    private readonly long? _sellPrice;
    private readonly bool _measures;
    private readonly RatedSender _sender;
    private readonly int _networkPrices;

    /// <param name="measures">Prices and quality are looked up though no list asks for them: the record of the decision tells them.</param>
    public Ranker(
        RoutingSnapshot snapshot, in RouteRequest request, Span<RankedCandidate> buffer, RouteDemands demands, long? sellPrice, bool measures)
    {
        _snapshot = snapshot;
        _request = ref request;
        _buffer = buffer;
        _demands = demands;
        _sellPrice = sellPrice;
        _measures = measures;

        // Without rules nobody asks for prices, and the request may be an empty one.
        if (request.Head is null) return;
        _sender = RoutingSnapshot.SenderOf(request);
        _networkPrices = snapshot.NetworkPricesOf(request);
    }

    /// <summary>Writes a list's candidates behind those that are there.</summary>
    /// <param name="before">Candidates of the lists before; what one of them may take is not tried again.</param>
    /// <returns>Candidates with those of the list.</returns>
    public int Rank(CompiledList compiled, int place, int before)
    {
        int count = Place(compiled.Connections, place, before, before);
        int ordinary = count;
        count = Place(compiled.Shadows, place, before, count);
        Look(compiled.List, _buffer[before..count]);
        bool explores = Explores(compiled);
        int at = before;
        for (int i = 0; i < compiled.Connections.Length; i++)
        {
            int connection = compiled.Connections[i];
            if (at == ordinary || _buffer[at].Connection != connection) continue;
            ref RankedCandidate candidate = ref _buffer[at++];
            if (explores && !candidate.IsOut) candidate.Drawn = Draw(compiled, candidate);
            if (compiled.Shares.Length > 0) candidate.Score = Shares.Worth(DrawOf(compiled.List), compiled.Salt ^ _snapshot.SaltOf(connection), compiled.Shares[i]);
        }

        if (count > ordinary) Turn(compiled, _buffer[ordinary..count]);
        Score(compiled.List, _buffer[before..ordinary]);
        Order(_buffer[before..count], keepsOut: compiled.List.Choose == RouteStrategy.Fixed);
        return count;
    }

    // Writes candidates for connections that are not there yet.
    private int Place(int[] connections, int place, int before, int count)
    {
        foreach (int connection in connections)
        {
            if (!IsThere(connection, before))
                _buffer[count++] = new() { Connection = connection, List = place, Health = _snapshot.Use.HealthOf(connection) };
        }

        return count;
    }

    // All prices, then all qualities: what is not in the processor's cache is fetched for several at once.
    private void Look(RouteList list, Span<RankedCandidate> candidates)
    {
        if (_measures || list.AsksForPrice)
        {
            foreach (ref RankedCandidate candidate in candidates)
                candidate.Price = _snapshot.PriceOf(candidate.Connection, _request.Destination, _networkPrices, _sender);
        }

        if (_measures || list.AsksForQuality)
        {
            foreach (ref RankedCandidate candidate in candidates)
                candidate.Quality = _snapshot.QualityOf(candidate.Connection)?.Find(_request.Destination, _request.Head.Class);
        }

        foreach (ref RankedCandidate candidate in candidates)
        {
            if (WhyOut(list, candidate) is { } why) (candidate.IsOut, candidate.Code) = (true, why);
        }
    }

    // Shadows stand behind all others, but for the one whose turn it is.
    private void Turn(CompiledList compiled, Span<RankedCandidate> shadows)
    {
        bool isTurn = Shares.Place(_request.Draw, compiled.Salt + 1) <= compiled.List.ShadowShare;
        int turn = isTurn ? compiled.Shadows[(int)(_request.Draw % (ulong)compiled.Shadows.Length)] : -1;
        foreach (ref RankedCandidate candidate in shadows)
        {
            candidate.IsShadow = true;
            candidate.Score = candidate.Connection == turn ? double.PositiveInfinity : double.NegativeInfinity;
        }
    }

    private ulong DrawOf(RouteList list) => list.IsSticky ? Shares.Mix(_request.Destination.Number.Digits) : _request.Draw;

    private bool Explores(CompiledList compiled) => compiled.Explore > 0
        && (compiled.ExploresCodes || _request.Head.Class != TrafficClass.Otp)
        && Shares.Place(_request.Draw, compiled.Salt + 3) <= compiled.Explore;

    // The same for the same message each time, and of one connection independent of that of another.
    private double Draw(CompiledList compiled, in RankedCandidate candidate)
    {
        RouteQuality quality = candidate.Quality ?? NeutralQuality.Value;
        var draws = new Draws(Shares.Mix(_request.Draw ^ compiled.Salt ^ _snapshot.SaltOf(candidate.Connection)));
        return draws.NextProbability(quality.Delivery, quality.Weight);
    }

    private bool IsThere(int connection, int before)
    {
        foreach (ref readonly RankedCandidate earlier in _buffer[..before])
        {
            if (earlier.Connection == connection && !earlier.IsOut) return true;
        }

        return false;
    }

    private CandidateCode? WhyOut(RouteList list, in RankedCandidate candidate)
    {
        ConnectionCapabilities capabilities = _snapshot.At(candidate.Connection).Capabilities;
        if (_request.SenderKind is { } kind && !capabilities.Carries(kind)) return CandidateCode.SenderNotCarried;
        if ((_demands & RouteDemands.Receipts) != 0 && !capabilities.Receipts) return CandidateCode.NoReceipts;
        if ((_demands & RouteDemands.Direct) != 0 && !capabilities.Direct) return CandidateCode.NotDirect;
        if ((_demands & RouteDemands.Licensed) != 0 && !_snapshot.IsLicensed(candidate.Connection, _request.Destination.Country)) return CandidateCode.NotLicensed;
        if (list.PriceAtMost is not null || list.AsksForMargin)
        {
            if (candidate.Price is not { } price) return CandidateCode.NoPrice;
            if (price > list.PriceAtMost) return CandidateCode.AbovePrice;
            if (list.AsksForMargin)
            {
                if (_sellPrice is not { } sell) return CandidateCode.NoSellPrice;
                if (sell - price < list.MarginAtLeast) return CandidateCode.BelowMargin;
                if (list.MarginPercentAtLeast is { } percent && (sell - price) * 100.0 < percent * sell) return CandidateCode.BelowMargin;
            }
        }

        return candidate.Quality is { IsMeasured: true } quality && quality.AtBest < list.QualityAtLeast
            ? CandidateCode.BelowQuality
            : null;
    }

    private static double QualityOf(in RankedCandidate candidate) =>
        (candidate.Drawn ?? (candidate.Quality ?? NeutralQuality.Value).Delivery) * candidate.Health;

    private static void Score(RouteList list, Span<RankedCandidate> candidates)
    {
        double cheapest = double.PositiveInfinity;
        if (list.Choose == RouteStrategy.Blend)
        {
            foreach (ref readonly RankedCandidate candidate in candidates)
            {
                if (!candidate.IsOut && candidate.Price is { } price) cheapest = Math.Min(cheapest, price);
            }
        }

        foreach (ref RankedCandidate candidate in candidates)
        {
            candidate.Score = list.Choose switch
            {
                RouteStrategy.LeastCost => candidate.Price is { } price ? -price : double.NegativeInfinity,
                RouteStrategy.BestQuality => QualityOf(candidate),
                RouteStrategy.Blend => Blend(list, candidate, cheapest),
                RouteStrategy.Split => candidate.Score,
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
        // Candidates are large: their places are put in order, and each of them moves once.
        Span<int> order = stackalloc int[candidates.Length];
        bool isOrdered = true;
        for (int i = 0; i < order.Length; i++)
        {
            int to = i;
            for (; to > 0 && GoesBefore(candidates[i], candidates[order[to - 1]], keepsOut); to--) order[to] = order[to - 1];
            order[to] = i;
            isOrdered &= to == i;
        }

        if (!isOrdered) Arrange(candidates, order);
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

    private static bool GoesBefore(in RankedCandidate one, in RankedCandidate other, bool keepsOut) =>
        !keepsOut && one.IsOut != other.IsOut ? other.IsOut : one.Score > other.Score;
}
