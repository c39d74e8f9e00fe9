using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

/// <summary>The PDUs of the folder Fixtures, built from the standards' layouts and from what peers are known to send.</summary>
public sealed class FixtureTests
{
    public static TheoryData<string> Names => [.. PduFixture.All.Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixture_IsReadToItsFields(string name)
    {
        PduFixture fixture = PduFixture.All.Single(candidate => candidate.Name == name);
        PduFrame.TryRead(fixture.Pdu, PduFrame.DefaultMaxBytes, out int length).ShouldBe(FrameResult.Complete);
        length.ShouldBe(fixture.Pdu.Length);
        fixture.Header.CommandId.IsKnown().ShouldBeTrue();
        List<string> fields = PduText.Describe(fixture.Header, fixture.Body);
        foreach (string line in fixture.Expected) fields.ShouldContain(line);
        if (!fixture.Expected.Any(line => line.StartsWith("result =", StringComparison.Ordinal))) fields.ShouldContain("result = ESME_ROK");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixture_Sound_IsWrittenAgainTheSame(string name)
    {
        PduFixture fixture = PduFixture.All.Single(candidate => candidate.Name == name);
        RoundTrip? codec = PduCodecs.Find(fixture.Header.CommandId);
        if (codec is null || fixture.Body.Length == 0) return;
        var again = new byte[2048];
        if (codec(fixture.Body, again, out int bodyLength, out int written) != CommandStatus.Ok) return;
        bodyLength.ShouldBe(written);

        // Two quirks are not written again: a null that is missing, and no_unsuccess.
        again[..written].AsSpan().StartsWith(fixture.Body).ShouldBeTrue();
        (written - fixture.Body.Length).ShouldBe(name is "submit-sm-resp-no-null" or "submit-multi-resp-id-only" ? 1 : 0);
    }

    [Fact]
    public void Fixtures_CoverEveryOperation()
    {
        CommandId[] covered = [.. PduFixture.All.Select(fixture => fixture.Header.CommandId).Distinct()];
        foreach (CommandId id in Enum.GetValues<CommandId>())
        {
            if (id != CommandId.None) covered.ShouldContain(id);
        }
    }
}
