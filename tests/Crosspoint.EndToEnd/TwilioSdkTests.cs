namespace Crosspoint.EndToEnd;

/// <summary>
/// Twilio's own SDK for Node, unchanged but for the address it is pointed at, against a gateway and a simulated carrier. A failing step
/// says what the script said.
/// </summary>
public sealed class TwilioSdkTests(TwilioSdkFixture run) : IClassFixture<TwilioSdkFixture>
{
    public static readonly TheoryData<string> Steps =
    [
        "create",
        "create with every option that works",
        "fetch",
        "status callbacks bear signatures that the SDK accepts",
        "list by recipient, sender and day",
        "pages through each and pageSize",
        "cancel a message that waits for its carrier",
        "redact",
        "feedback",
        "media is an empty list",
        "remove",
        "errors are RestException with status and code",
        "an inbound message bears a signature that the SDK accepts",
        "a reply in TwiML reaches the handset",
        "an API key works in place of the auth token",
    ];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Step_OfTheScript_Succeeds(string step)
    {
        run.Report.ShouldContainKey(step, run.Transcript);
        run.Report[step].ShouldBeNull(run.Transcript);
    }

    [Fact]
    public void Script_ReportsNoStepBesideTheTable() => run.Report.Keys.ShouldBe(Steps.Select(row => row.Data), ignoreOrder: true);
}
