using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>
/// One network of one of three carriers fails in each of eight ways while all of them carry traffic to two networks: its traffic moves and no other, nothing is lost,
/// what left comes back by steps, and one incident tells of it.
/// </summary>
public sealed class EightFaultsTests(EightFaults faults) : IClassFixture<EightFaults>
{
    public static TheoryData<string> Ways => [.. FaultWay.All.Select(static way => way.Name)];

    [Theory(Timeout = 900_000)]
    [MemberData(nameof(Ways))]
    public async Task OneNetworkOfOneCarrierFails_OnlyItsTrafficMoves_AndComesBackBySteps(string way)
    {
        FaultWay fault = FaultWay.All.Single(one => one.Name == way);

        // That all messages were delivered, but for those whose receipts never came, is waited for.
        FaultStory story = await faults.Of(way);

        foreach (JsonNode? row in story.States.Append(story.Sick))
        {
            ((string)row!["connection"]!).ShouldBe(fault.Connection, story.Tell());
            if (!fault.IsOfConnection) ((string?)row["country"], (string?)row["network"]).ShouldBe(("DE", "26201"), story.Tell());
        }

        ShouldHaveMovedAlone(story);
        ShouldHaveComeBackBySteps(story);
        JsonNode incident = story.Incidents.ShouldHaveSingleItem(story.Tell())!;
        ((string)incident["state"]!).ShouldBe("resolved", story.Tell());
        string words = story.Words.ToJsonString();
        foreach (string word in (string[])[fault.Connection, .. fault.Words]) words.ShouldContain(word, Case.Sensitive);
        foreach (string part in (string[])["what_happened", "what_was_done", "what_is_left"]) story.Words[part]!.AsArray().ShouldNotBeEmpty(words);
    }

    // All carriers had a third of each network. Then the sick one has next to nothing of one network, and of the other as much as the others have.
    private static void ShouldHaveMovedAlone(FaultStory story)
    {
        foreach (double rate in story.Before.All) rate.ShouldBeInRange(0.5 * story.Before.Sum / 6, 1.5 * story.Before.Sum / 6, story.Tell());
        story.During.Sick.ShouldBeLessThan(0.4 * story.During.Sum / 6, story.Tell());
        double third = story.During.OtherNetwork.Average();
        foreach (double rate in story.During.OtherNetwork) rate.ShouldBeInRange(0.5 * third, 1.5 * third, story.Tell());
        foreach (double rate in story.During.SickNetwork[1..]) rate.ShouldBeGreaterThan(1.1 * third, story.Tell());
    }

    private static void ShouldHaveComeBackBySteps(FaultStory story)
    {
        IReadOnlyList<JsonNode> changes = story.Changes;
        int ill = changes.Index().Last(static one => (string)one.Item["to"]! is "degraded" or "suspended").Index;
        string[] after = [.. changes.Skip(ill + 1).Select(static change => (string)change["to"]!)];
        bool wasLeftAlone = (string)changes[ill]["to"]! == "suspended";
        if (wasLeftAlone) after[0].ShouldBe("probing", story.Tell());
        after[^1].ShouldBe("healthy", story.Tell());
        after[(wasLeftAlone ? 1 : 0)..^1].ShouldAllBe(static state => state == "recovering");
        double[] steps = [.. changes.Skip(ill + 1).Where(static change => (string)change["to"]! == "recovering").Select(static change => (double)change["share"]!)];

        // What kept a good part of its messages has few steps left.
        steps.Length.ShouldBeGreaterThanOrEqualTo(wasLeftAlone ? 2 : 1, story.Tell());
        steps.Zip(steps.Skip(1)).ShouldAllBe(static pair => pair.First < pair.Second);
        steps[^1].ShouldBe(1, story.Tell());
    }
}
