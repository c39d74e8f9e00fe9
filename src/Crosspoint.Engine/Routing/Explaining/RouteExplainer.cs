using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Routing.Matching;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Engine.Routing.Explaining;

/// <summary>
/// Puts decisions into words: from what is stored with them, and, where the plan that made them is at hand, what its rules wanted.
/// </summary>
public static class RouteExplainer
{
    // The rules that are told one by one; those further up are counted.
    private const int MostAbove = 20;

    /// <summary>Explains a decision.</summary>
    /// <param name="head">The message.</param>
    /// <param name="at">When it was made, in microseconds.</param>
    /// <param name="plan">The plan that is in force, or that of the decision's revision; null when there is none at hand.</param>
    /// <param name="withPrices">Whether prices are told, what a list asks of them, and copies: they are nobody's business but the operator's.</param>
    /// <param name="withMetadata">Whether values of the message's metadata are told.</param>
    public static RouteExplanation Explain(
        RouteDecision decision, MessageHead head, long at, RoutingPlan? plan, bool withPrices = true, bool withMetadata = true)
    {
        if (head.CopyOf is { } original) return ExplainCopy(decision, head, original, at);
        RouteFacts facts = decision.Facts ?? new();
        bool isSamePlan = plan is not null && plan.Revision == decision.PlanRevision
            && (decision.Facts is null ? plan.Rules.Count == 0 : PlanMark.Of(plan) == facts.PlanMark);
        RoutingPlan? known = isSamePlan ? plan : null;
        RouteRequest request = RequestOf(head, facts, at);
        RoutingRule? rule = known?.Rules.FirstOrDefault(one => one.Name == decision.Rule);
        if (!withPrices)
        {
            facts = facts with { SellPrice = null, CopyTo = null };
            decision = decision with { Candidates = [.. decision.Candidates.Select(static candidate => candidate with { Price = null, HealthNote = null })] };
            rule = rule is { Route: { } route } ? rule with { Route = WithoutPrices(route) } : rule;
            known = known is null ? null : known with { Lists = [.. known.Lists.Select(WithoutPrices)] };
        }

        return new()
        {
            Rule = decision.Rule,
            PlanRevision = decision.PlanRevision,
            Outcome = Outcome(decision, facts),
            Message = Describe(request, facts),
            Matched = Matched(decision, facts, known, rule),
            NotMatched = known is null || !withPrices ? [] : Above(decision.Rule, known, request, withMetadata),
            Order = Order(decision, facts, known, rule),
            Candidates = [.. decision.Candidates.Select((candidate, i) => Explain(candidate, i + 1, decision, facts, known, rule, withPrices))],
        };
    }

    /// <summary>Why a candidate stands where it stands.</summary>
    public static string ReasonOf(CandidateCode code) => code switch
    {
        CandidateCode.Chosen => "chosen",
        CandidateCode.LaterInPlan => "later in the plan",
        CandidateCode.Down => "down",
        CandidateCode.RefusedBefore => "refused this message, or could not deliver it, before",
        CandidateCode.Stopped => "stopped",
        CandidateCode.ChosenToComplete => "chosen: it holds segments of this message, and must take the rest",
        CandidateCode.ChosenAgain => "chosen: a copy of this message may have gone there already",
        CandidateCode.WaitedFor => "waited for: none can take the message now, and it is the first that may",
        CandidateCode.WaitedForToComplete => "waited for: it cannot take the message now, and holds segments of it",
        CandidateCode.HoldsOtherSegments => "not asked: another connection holds segments of this message",
        CandidateCode.TriedElsewhere => "usable, but a copy may have gone another way already",
        CandidateCode.Dearer => "usable, but dearer than the chosen one",
        CandidateCode.LowerQuality => "usable, but less likely to deliver than the chosen one",
        CandidateCode.LowerScore => "usable, but worse than the chosen one by price and quality together",
        CandidateCode.OtherShare => "usable, but this message falls into the share of another",
        CandidateCode.InFallback => "usable, in a list that comes later",
        CandidateCode.Shadow => "usable, but a shadow whose turn it was not",
        CandidateCode.Unpriced => "usable, but its price for this destination is not known",
        CandidateCode.AbovePrice => "left out: its price is above the ceiling",
        CandidateCode.NoPrice => "left out: its price for this destination is not known, and the list has a limit for it",
        CandidateCode.BelowMargin => "left out: too little of the sell price would be left",
        CandidateCode.NoSellPrice => "left out: a margin is asked for, and the account has no sell price for this destination",
        CandidateCode.BelowQuality => "left out: its quality is below the floor",
        CandidateCode.NoReceipts => "left out: the rule demands receipts, and it gives none",
        CandidateCode.NotDirect => "left out: the rule demands a direct route, and it is none",
        CandidateCode.NotLicensed => "left out: the rule demands a path that is licensed in the recipient's country",
        CandidateCode.SenderNotCarried => "left out: it does not carry senders of this type",
        CandidateCode.DegradedHere => "degraded on this network",
        CandidateCode.SuspendedHere => "suspended on this network",
        CandidateCode.ProbingHere => "on trial on this network, and not by this message",
        CandidateCode.RecoveringHere => "recovering on this network, and this message is beyond its share",
        CandidateCode.ForbiddenHere => "left out: forbidden on this network",
        CandidateCode.ChosenToProbe => "chosen: it finds out whether it works again on this network",
        CandidateCode.ChosenThoughSick => "chosen: it is not well on this network, but no other that may take the message is better",
        _ => "not taken",
    };

    private static RouteList WithoutPrices(RouteList list) => list with { PriceAtMost = null, MarginAtLeast = null, MarginPercentAtLeast = null };

    private static RouteRequest RequestOf(MessageHead head, RouteFacts facts, long at)
    {
        E164 number = E164.TryParse(head.To, out E164 parsed) ? parsed : default;
        NetworkId network = NetworkId.TryParse(facts.Network, out NetworkId read) ? read : NetworkId.Unknown;
        return RouteRequest.For(head, new(number, facts.Country, facts.NumberType, network, facts.Source), at);
    }

    // No rule is asked for a copy: the original's named its connection.
    private static RouteExplanation ExplainCopy(RouteDecision decision, MessageHead head, MessageId original, long at)
    {
        RouteRequest request = RequestOf(head, new(), at);
        return new()
        {
            Rule = decision.Rule,
            PlanRevision = decision.PlanRevision,
            Outcome = $"The message goes to the test route '{head.Connection}', and nowhere else: it is a copy of message {original}.",
            Message = $"It is {PlanWords.NameOf(head.Class)}, of no account, from {head.From} ({PlanWords.NameOf(request.SenderKind)}) to {head.To}.",
            Matched = "The rule of the original asked for the copy.",
            Candidates = [.. decision.Candidates.Select(static (candidate, i) =>
                new ExplainedCandidate(i + 1, candidate.Connection, null, null, null, "chosen: the test route of the copy"))],
        };
    }

    private static string Outcome(RouteDecision decision, RouteFacts facts)
    {
        string rule = decision.Rule == RoutingPlan.DefaultRule ? "the default list" : $"rule '{decision.Rule}'";
        if (facts.DenyReason is { } reason)
            return string.Create(CultureInfo.InvariantCulture, $"The message is not sent: {rule} denies it with error {facts.DenyCode}, {reason}.");
        foreach (RouteCandidate candidate in decision.Candidates)
        {
            if (candidate.Code == CandidateCode.WaitedForToComplete) return $"The message waits for '{candidate.Connection}', which holds segments of it.";
            if (candidate.Code.IsWaitedFor()) return $"The message waits for '{candidate.Connection}' by {rule}: none can take it now.";
            if (!candidate.Code.IsTaken()) continue;
            string copy = facts switch
            {
                { CopyTo: null } => "",
                { IsCopyDropped: true } => $" No copy went to the test route '{facts.CopyTo}', which could not take one then.",
                _ => $" A copy goes to the test route '{facts.CopyTo}'.",
            };
            return $"The message goes to '{candidate.Connection}' by {rule}.{copy}";
        }

        return $"The message is not sent: no connection of {rule} may take it.";
    }

    private static string Describe(in RouteRequest request, RouteFacts facts)
    {
        MessageHead head = request.Head;
        string from = $"It is {PlanWords.NameOf(head.Class)}, of account {head.AccountSid}, from {head.From} ({PlanWords.NameOf(request.SenderKind)}) to {head.To}";
        if (facts.PlanMark == 0) return $"{from}.";
        string country = facts.Country.Length == 0 ? "of no known country" : $"in {facts.Country}";
        string type = facts.NumberType == NumberType.Unknown ? "a number of unknown type" : $"a {NumberWords.Of(facts.NumberType)} number";
        string network = facts.Network.Length == 0
            ? "its network is not known"
            : $"network {facts.Network}, {SourceOf(facts.Source)}";
        string sell = facts.SellPrice is { } price ? $"; a segment sells for {PlanWords.Price(price, facts.Currency)}" : "";
        return $"{from}: {type} {country}, {network}{sell}.";
    }

    private static string SourceOf(NetworkSource source) => source switch
    {
        NetworkSource.Range => "by the number's range",
        NetworkSource.Ported => "by the file of ported numbers",
        NetworkSource.LookedUp => "by a look-up",
        _ => "by no known source",
    };

    private static string Matched(RouteDecision decision, RouteFacts facts, RoutingPlan? plan, RoutingRule? rule)
    {
        if (decision.Rule == RoutingPlan.DefaultRule)
        {
            return plan is { Rules.Count: 0 } || facts.PlanMark == 0
                ? "The plan has no rules, so the default list decides."
                : "No rule matched, so the default list decides.";
        }

        if (rule is not null)
        {
            IReadOnlyList<string> conditions = PlanWords.Conditions(rule);
            return conditions.Count == 0
                ? $"Rule '{rule.Name}' matched: it takes every message."
                : $"Rule '{rule.Name}' matched: {PlanWords.JoinAnd(conditions)}.";
        }

        string revision = decision.PlanRevision.ToString(CultureInfo.InvariantCulture);
        return facts.Conditions == 0
            ? $"Rule '{decision.Rule}' of revision {revision} matched; the plan has changed since."
            : $"Rule '{decision.Rule}' of revision {revision} matched, by {PlanWords.Kinds(facts.Conditions)}; the plan has changed since.";
    }

    private static List<string> Above(string matched, RoutingPlan plan, in RouteRequest request, bool withMetadata)
    {
        var bodies = new BodyPatterns(BodyPatterns.Limit);
        int end = plan.Rules.Count;
        for (int i = 0; i < plan.Rules.Count; i++)
        {
            if (plan.Rules[i].Name == matched) end = i;
        }

        var sentences = new List<string>();
        int first = Math.Max(0, end - MostAbove);
        if (first > 0) sentences.Add(string.Create(CultureInfo.InvariantCulture, $"{first} more rules above these did not match."));
        for (int i = first; i < end; i++) sentences.Add(WhyNot(plan.Rules[i], request, bodies, withMetadata));
        return sentences;
    }

    private static string WhyNot(RoutingRule rule, in RouteRequest request, BodyPatterns bodies, bool withMetadata)
    {
        if (RuleMatcher.FirstFailure(rule, request, bodies) is not { } failed)
            return $"Rule '{rule.Name}' was passed over; it depends on what is not known any more.";
        if (failed.Condition == RuleCondition.Body && request.Head.Body.Length == 0)
            return $"Rule '{rule.Name}' did not match, as far as is known: it looks at the text, which was removed since.";
        RuleMatch match = failed.IsExcept ? rule.Except : rule.Match;
        string wanted = failed.Condition == RuleCondition.Metadata
            ? PlanWords.Phrase(match.Metadata.First(one => one.Name == failed.Name), failed.IsExcept)
            : PlanWords.Phrase(match, failed.Condition, failed.IsExcept)!;
        return $"Rule '{rule.Name}' did not match: it wants that {wanted}, and {ValueOf(failed, match, request, withMetadata)}.";
    }

    private static string ValueOf(in FailedCondition failed, RuleMatch match, in RouteRequest request, bool withMetadata)
    {
        MessageHead head = request.Head;
        Destination destination = request.Destination;
        return failed.Condition switch
        {
            RuleCondition.Account => $"it is {head.AccountSid}",
            RuleCondition.Class => $"it is {PlanWords.NameOf(head.Class)}",
            RuleCondition.Country => destination.Country.Length == 0 ? "it is not known" : $"it is {destination.Country}",
            RuleCondition.Network => destination.Network.IsKnown ? $"it is {destination.Network}" : "it is not known",
            RuleCondition.Prefix => $"it is {head.To}",
            RuleCondition.NumberType => $"it is {NumberWords.Of(destination.Type)}",
            RuleCondition.Sender => $"it is {head.From}",
            RuleCondition.SenderType => $"it is {PlanWords.NameOf(request.SenderKind)}",
            RuleCondition.Metadata => head.Metadata.Find(failed.Name) is { } value ? withMetadata ? $"it is '{value}'" : "what it is may not be shown" : "the message has none",
            RuleCondition.Segments => string.Create(CultureInfo.InvariantCulture, $"it is {head.SegmentCount}"),
            RuleCondition.Tag => head.Tags.Count == 0 ? "the message has none" : $"they are {PlanWords.JoinAnd(head.Tags)}",
            RuleCondition.Time => $"it was {ClockIn(match.Hours[0].Zone, request.At)}",
            _ => failed.IsExcept ? "it does" : "it does not",
        };
    }

    private static string ClockIn(string zone, long at)
    {
        ZonedDateTime time = Instant.FromUnixTimeTicks(at * TimeSpan.TicksPerMicrosecond).InZone(DateTimeZoneProviders.Tzdb[zone]);
        return $"{PlanWords.DayName((int)time.DayOfWeek - 1)} {PlanWords.Clock((time.Hour * 60) + time.Minute)} there";
    }

    private static List<string> Order(RouteDecision decision, RouteFacts facts, RoutingPlan? plan, RoutingRule? rule)
    {
        var sentences = new List<string>();
        if (decision.Candidates.Count == 0) return sentences;
        if (rule?.Route is { } route)
        {
            IReadOnlyList<RouteList> chain = plan!.ChainOf(route);
            for (int i = 0; i < chain.Count; i++)
            {
                string name = i == 0 ? "Its connections stand" : $"After them come those of list '{chain[i].Name}',";
                IReadOnlyList<string> bounds = PlanWords.Bounds(chain[i], facts.Currency);
                sentences.Add($"{name} {PlanWords.Strategy(chain[i])}{(bounds.Count == 0 ? "" : $", kept to {PlanWords.JoinAnd(bounds)}")}.");
            }
        }
        else if (decision.Rule == RoutingPlan.DefaultRule)
        {
            sentences.Add("Its connections stand in a fixed order.");
        }

        return sentences;
    }

    private static ExplainedCandidate Explain(
        in RouteCandidate candidate, int place, RouteDecision decision, RouteFacts facts, RoutingPlan? plan, RoutingRule? rule, bool withPrices)
    {
        RouteList? list = rule?.Route is { } route && plan!.ChainOf(route) is var chain && candidate.List < chain.Count ? chain[candidate.List] : null;
        return new(
            place,
            candidate.Connection,
            candidate.Price is { } price ? $"{PlanWords.Price(price, facts.Currency)} a segment" : null,
            QualityOf(candidate),
            candidate.HealthLoss > 0 ? string.Create(CultureInfo.InvariantCulture, $"health {100 - candidate.HealthLoss} %") : null,
            ReasonOf(candidate, decision, facts, list, withPrices));
    }

    private static string? QualityOf(in RouteCandidate candidate)
    {
        string? expected = candidate.Quality is { } quality ? $"delivers {PlanWords.Percent(quality / 10_000.0)}" : null;
        if (candidate.Drawn is not { } drawn) return expected;
        string taken = $"drawn as {PlanWords.Percent(drawn / 10_000.0)}";
        return expected is null ? taken : $"{expected}, {taken}";
    }

    private static string ReasonOf(
        in RouteCandidate candidate, RouteDecision decision, RouteFacts facts, RouteList? list, bool withPrices)
    {
        string where = candidate.List > 0 && candidate.Code is not CandidateCode.InFallback
            ? list is null ? ", of a fallback" : $", of fallback '{list.Name}'"
            : "";
        string why = candidate.Code switch
        {
            CandidateCode.Chosen => ReasonOfChosen(candidate, decision, list, withPrices),
            CandidateCode.AbovePrice when list?.PriceAtMost is { } most => $"left out: its price is above the ceiling of {PlanWords.Price(most, facts.Currency)}",
            CandidateCode.BelowQuality when list?.QualityAtLeast is { } least => $"left out: its quality is below the floor of {PlanWords.Percent(least)}",
            CandidateCode.BelowMargin when facts.SellPrice is { } sell && candidate.Price is { } price =>
                $"left out: of the sell price {PlanWords.Price(sell - price, facts.Currency)} would be left, and {PlanWords.JoinAnd(MarginsOf(list, facts))}",
            CandidateCode.NotLicensed when facts.Country.Length > 0 => $"left out: the rule demands a path that is licensed in {facts.Country}, and it has none",
            CandidateCode.LowerQuality or CandidateCode.LowerScore when candidate.Drawn is not null =>
                "usable, but put lower by the draw of a message that explores",
            CandidateCode.InFallback when list is not null => $"usable, in fallback '{list.Name}'",
            _ => ReasonOf(candidate.Code),
        };

        // The note tells of all accounts' messages, and so the operator alone reads it.
        if (candidate.HealthNote is not { } note) return why + where;
        return candidate.Code.IsWithheld() || candidate.Code == CandidateCode.ForbiddenHere ? $"{why}{where} {note}" : $"{why}{where}; not well there {note}";
    }

    private static List<string> MarginsOf(RouteList? list, RouteFacts facts)
    {
        var wanted = new List<string>();
        if (list?.MarginAtLeast is { } margin) wanted.Add($"at least {PlanWords.Price(margin, facts.Currency)} is asked for");
        if (list?.MarginPercentAtLeast is { } percent) wanted.Add($"at least {PlanWords.Percent(percent / 100)} of it is asked for");
        if (wanted.Count == 0) wanted.Add("more is asked for");
        return wanted;
    }

    private static string ReasonOfChosen(in RouteCandidate candidate, RouteDecision decision, RouteList? list, bool withPrices)
    {
        if (candidate.IsShadow) return "chosen: a shadow, which gets a share of the messages to stay in use";
        bool isFirst = decision.Candidates.First(static one => !one.Code.IsLeftOut()) == candidate;
        int own = candidate.List;
        bool isPassed = decision.Candidates.Any(one => one.Code.IsWithheld() && one.List <= own);
        if (!isFirst || isPassed) return "chosen: the first that can take it now";
        if (candidate.Drawn is not null) return "chosen: put first by a draw, as this message explores what quality may be";
        return list?.Choose switch
        {
            RouteStrategy.LeastCost => candidate.Price is null && withPrices ? "chosen: no price is known of any that can take it" : "chosen: the cheapest",
            RouteStrategy.BestQuality => "chosen: the most likely to deliver",
            RouteStrategy.Blend => "chosen: the best by price and quality together",
            RouteStrategy.Split => "chosen: the message falls into its share",
            _ => "chosen: the first in the order",
        };
    }
}
