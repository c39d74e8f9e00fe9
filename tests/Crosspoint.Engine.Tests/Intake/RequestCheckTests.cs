using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Sms.Text;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class RequestCheckTests
{
    private static readonly CallbackCheck Callbacks = new(new());

    public static TheoryData<string, SendRequest, IntakeError, string> Refused => new()
    {
        { "no to", Rig.Request() with { To = null }, IntakeError.ToMissing, "to" },
        { "empty to", Rig.Request() with { To = "" }, IntakeError.ToMissing, "to" },
        { "to is a word", Rig.Request() with { To = "somebody" }, IntakeError.ToInvalid, "to" },
        { "to without plus", Rig.Request() with { To = "15551230001" }, IntakeError.ToInvalid, "to" },
        { "to too long", Rig.Request() with { To = "+1234567890123456" }, IntakeError.ToInvalid, "to" },
        { "no from", Rig.Request() with { From = null }, IntakeError.FromMissing, "from" },
        { "name too long", Rig.Request() with { From = "ABCDEFGHIJKL" }, IntakeError.FromInvalid, "from" },
        { "not owned", Rig.Request() with { Account = Rig.Account with { Senders = SenderPolicy.Owned }, From = "+15550009999" },
            IntakeError.FromNotOwned, "from" },
        { "no body", Rig.Request() with { Body = "" }, IntakeError.BodyMissing, "body" },
        { "nothing left of the body", Rig.Request() with { Body = "\u200B", SmartEncoded = true }, IntakeError.BodyMissing, "body" },
        { "body too long", Rig.Request() with { Body = new string('x', 1601) }, IntakeError.BodyTooLong, "body" },
        { "validity 0", Rig.Request() with { ValiditySeconds = 0 }, IntakeError.ValidityInvalid, "validity_seconds" },
        { "validity too long", Rig.Request() with { ValiditySeconds = 36_001 }, IntakeError.ValidityInvalid, "validity_seconds" },
        { "callback not a url", Rig.Request() with { CallbackUrl = "nowhere" }, IntakeError.CallbackInvalid, "callback_url" },
        { "callback to loopback", Rig.Request() with { CallbackUrl = "https://127.0.0.1/x" }, IntakeError.CallbackInvalid, "callback_url" },
        { "callback too long", Rig.Request() with { CallbackUrl = "https://example.com/"
            + new string('x', 2048) }, IntakeError.CallbackInvalid, "callback_url" },
        { "reference too long", Rig.Request() with { Reference = new string('r', 256) }, IntakeError.ReferenceInvalid, "reference" },
        { "too many tags", Rig.Request() with { Tags = [.. Enumerable.Repeat("t", 11)] }, IntakeError.TagsInvalid, "tags" },
        { "empty tag", Rig.Request() with { Tags = ["a", ""] }, IntakeError.TagsInvalid, "tags" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void TryPrepare_Fault_IsRefusedWithItsField(string what, SendRequest request, IntakeError error, string field)
    {
        IntakeResult? result = RequestCheck.TryPrepare(request, Callbacks, out MessageHead? head);

        head.ShouldBeNull(what);
        result.ShouldNotBeNull(what);
        (result.Value.Error, result.Value.Field).ShouldBe((error, field), what);
        result.Value.Detail.ShouldNotBeNullOrWhiteSpace(what);
    }

    [Fact]
    public void TryPrepare_EverythingAtItsLimit_IsTaken()
    {
        SendRequest request = Rig.Request(new string('x', 1600)) with
        {
            From = "ABC DEF 123",
            ValiditySeconds = 36_000,
            Reference = new string('r', 255),
            Tags = [.. Enumerable.Repeat(new string('t', 64), 10)],
            CallbackUrl = "https://93.184.216.34/hook",
            ProvideFeedback = true,
            TraceParent = "00-1-2-01",
            Class = TrafficClass.Marketing,
        };

        RequestCheck.TryPrepare(request, Callbacks, out MessageHead? head).ShouldBeNull();

        head.ShouldNotBeNull();
        (head.SegmentCount, head.Encoding, head.ValiditySeconds, head.Class).ShouldBe(
            (11, SmsEncoding.Gsm7, 36_000, TrafficClass.Marketing));
        (head.Reference, head.Tags.Count, head.ProvideFeedback, head.TraceParent).ShouldBe((request.Reference, 10, true, "00-1-2-01"));
    }

    [Fact]
    public void TryPrepare_OwnNumber_IsTakenUnderTheOwnedPolicy() =>
        RequestCheck.TryPrepare(
            Rig.Request() with { Account = Rig.Account with { Senders = SenderPolicy.Owned } }, Callbacks, out _).ShouldBeNull();

    [Fact]
    public void TryPrepare_TypographicQuotesAndSmartEncoding_StaysGsm()
    {
        RequestCheck.TryPrepare(Rig.Request("“Hi”") with { SmartEncoded = true }, Callbacks, out MessageHead? smart).ShouldBeNull();
        RequestCheck.TryPrepare(Rig.Request("“Hi”"), Callbacks, out MessageHead? plain).ShouldBeNull();

        (smart!.Body, smart.Encoding).ShouldBe(("\"Hi\"", SmsEncoding.Gsm7));
        (plain!.Body, plain.Encoding).ShouldBe(("“Hi”", SmsEncoding.Ucs2));
    }
}
