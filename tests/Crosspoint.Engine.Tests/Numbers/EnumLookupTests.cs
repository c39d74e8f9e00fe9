using System.Net;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Numbers;

public sealed class EnumLookupTests : IAsyncLifetime
{
    private const string German = "+4915112345678";

    private readonly LookupBed _bed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Theory]
    [InlineData(@"!^(.*)$!tel:\1;mcc=262;mnc=03!", "26203", null)]
    [InlineData(@"!^(.*)$!tel:\1\;mcc=262\;mnc=03!", "26203", null)]
    [InlineData(@"!^(.*)$!country=null\;operator=null\;mcc=262\;mnc=003\;ported=true\;err=0!", "26203", true)]
    [InlineData("!^.*$!tel:+4915112345678;npdi;ported=false;mcc=262;mnc=01!", "26201", false)]
    [InlineData("!^.*$!tel:+4915112345678;mccmnc=26203!", "26203", null)]
    [InlineData("!^.*$!sip:+4915112345678@mnc003.mcc262.3gppnetwork.org;user=phone!", "26203", null)]
    [InlineData("!^.*$!tel:+4915112345678;npdi;rn=D0091234!", "26202", true)]
    [InlineData("!^.*$!tel:+4915112345678;spn=TELE2!", "26203", null)]
    [InlineData("|^.*$|tel:+4915112345678;mcc=262;mnc=02|", "26202", null)]
    public async Task AskAsync_AnswersOfServices_GiveTheNetwork(string expression, string network, bool? isPorted)
    {
        (NaptrServer server, LookupServiceOptions service) = _bed.Enum("enum", _ => new() { Records = [new(expression)] });
        var names = new Dictionary<string, NetworkId> { ["D009"] = LookupBed.Network("26202"), ["D0"] = LookupBed.Network("26201"), ["tele2"] = LookupBed.Network("26203") };
        NumberLocator locator = _bed.Start(new() { Services = [service with { Names = names }] });
        Located located = await locator.LocateAsync(LookupBed.Number(German), Token);
        located.Destination.Network.ToString().ShouldBe(network);
        located.Destination.Source.ShouldBe(NetworkSource.LookedUp);
        located.By.ShouldBe("enum");
        located.IsPorted.ShouldBe(isPorted ?? network != "26201");
        server.Asked.ShouldBe(["8.7.6.5.4.3.2.1.1.5.1.9.4.e164.arpa"]);
    }

    [Fact]
    public async Task AskAsync_SuffixOfTheService_IsAskedFor()
    {
        (NaptrServer server, LookupServiceOptions service) = _bed.Enum("enum", _ => new() { Code = 3 });
        NumberLocator locator = _bed.Start(new() { Services = [service with { Enum = service.Enum! with { Suffix = "lookup.example.net" } }] });
        await locator.LocateAsync(LookupBed.Number("+447400123456"), Token);
        server.Asked.ShouldBe(["6.5.4.3.2.1.0.0.4.7.4.4.lookup.example.net"]);
        _bed.Counted("enum", "unknown").ShouldBe(1);
    }

    [Fact]
    public async Task AskAsync_SeveralRecords_OrderThenPreferenceCountAndOthersAreLeftOut()
    {
        (_, LookupServiceOptions service) = _bed.Enum("enum", _ => new()
        {
            Records =
            [
                new("!^.*$!mailto:a@example.net;mcc=262;mnc=01!", Order: 1, Services: "E2U+email:mailto"),
                new("!^.*$!tel:+49;mcc=262;mnc=01!", Order: 1, Flags: ""),
                new("!^.*$!tel:+49;mcc=262;mnc=03!", Order: 20, Preference: 5),
                new("!^.*$!tel:+49;mcc=262;mnc=02!", Order: 10, Preference: 20),
                new("!^.*$!sip:info@example.net!", Order: 10, Preference: 10, Services: "E2U+sip"),
            ],
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        (await locator.LocateAsync(LookupBed.Number(German), Token)).Destination.Network.ToString().ShouldBe("26202");
    }

    [Theory]
    [InlineData(0, "unknown")]
    [InlineData(3, "unknown")]
    [InlineData(2, "wrong")]
    [InlineData(5, "wrong")]
    public async Task AskAsync_NoRecords_IsUnknownOrAnError(int code, string result)
    {
        (_, LookupServiceOptions service) = _bed.Enum("enum", _ => new() { Code = code });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        (await locator.LocateAsync(LookupBed.Number(German), Token)).Destination.Source.ShouldBe(NetworkSource.Range);
        _bed.Counted("enum", result).ShouldBe(1);
    }

    [Fact]
    public async Task AskAsync_TruncatedCutAndBrokenAnswers_AreWrong()
    {
        NaptrReply reply = new() { Records = [new("!^.*$!tel:+49;mcc=262;mnc=02!")] };
        (NaptrServer server, LookupServiceOptions service) = _bed.Enum("enum", _ => reply);
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        NaptrReply[] broken =
        [
            reply with { IsTruncated = true }, reply with { Cut = 3 }, reply with { Cut = 40 }, new() { Records = [new("tel:+49")] },
            new() { Records = [new("!^.*$!tel:+49;mcc=262;mnc=x!")] }, new() { Records = [new("!^.*$!tel:+49;mccmnc=1!")] },
        ];
        for (int i = 0; i < broken.Length; i++)
        {
            NaptrReply answer = broken[i];
            server.Answer = _ => answer;
            await locator.LocateAsync(E164.FromDigits(4915112345600 + (ulong)i), Token);
            _bed.Counted("enum", "wrong").ShouldBe(i + 1);
            _bed.Time.Advance(TimeSpan.FromMinutes(2)); // past the rest of a service that fails
        }
    }

    [Fact]
    public async Task AskAsync_ForgedDatagrams_AreNotLookedAt()
    {
        (_, LookupServiceOptions service) = _bed.Enum("enum", _ => new() { IsForgedBefore = true, Records = [new("!^.*$!tel:+49;mcc=262;mnc=02!")] });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        (await locator.LocateAsync(LookupBed.Number(German), Token)).Destination.Network.ToString().ShouldBe("26202");
    }

    [Fact]
    public async Task AskAsync_LostDatagram_IsSentOnceMore()
    {
        int asked = 0;
        var arrived = new TaskCompletionSource();
        (NaptrServer server, LookupServiceOptions service) = _bed.Enum("enum", _ =>
        {
            if (Interlocked.Increment(ref asked) > 1) return new() { Records = [new("!^.*$!tel:+49;mcc=262;mnc=02!")] };
            arrived.SetResult();
            return new() { IsSilent = true };
        });
        NumberLocator locator = _bed.Start(new() { Services = [service with { Timeout = TimeSpan.FromMilliseconds(200) }] });
        ValueTask<Located> waiting = locator.LocateAsync(LookupBed.Number(German), Token);
        await arrived.Task;
        _bed.Time.Advance(TimeSpan.FromMilliseconds(100));
        (await waiting).Destination.Network.ToString().ShouldBe("26202");
        server.Asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AskAsync_SilentServer_TimesOut()
    {
        var arrived = new TaskCompletionSource();
        (_, LookupServiceOptions service) = _bed.Enum("enum", _ =>
        {
            arrived.TrySetResult();
            return new() { IsSilent = true };
        });
        NumberLocator locator = _bed.Start(new() { Services = [service] });
        ValueTask<Located> waiting = locator.LocateAsync(LookupBed.Number(German), Token);
        await arrived.Task;
        _bed.Time.Advance(TimeSpan.FromMilliseconds(300));
        (await waiting).Destination.Source.ShouldBe(NetworkSource.Range);
    }

    [Theory]
    [InlineData("e164.arpa", true)]
    [InlineData("a", true)]
    [InlineData("", false)]
    [InlineData("e164..arpa", false)]
    [InlineData(".arpa", false)]
    [InlineData("e164 arpa", false)]
    public void IsSuffix_TellsNames(string text, bool isSuffix) => Naptr.IsSuffix(text).ShouldBe(isSuffix);

    [Fact]
    public void IsSuffix_TooLong_IsRefused()
    {
        Naptr.IsSuffix(new string('a', 64)).ShouldBeFalse();
        Naptr.IsSuffix(string.Join('.', Enumerable.Repeat(new string('a', 60), 4))).ShouldBeFalse();
    }

    [Fact]
    public void Read_RandomBytes_NeverFailsOtherwise()
    {
        var random = new Random(5);
        Span<byte> query = stackalloc byte[Naptr.MostBytes];
        int length = Naptr.WriteQuery(query, 7, E164.FromDigits(4915112345678), "e164.arpa");
        var answer = new byte[300];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(answer);
            query[..length].CopyTo(answer);
            answer[2] |= 0x80;
            answer[3] = 0;
            answer[7] = (byte)random.Next(4);
            int size = random.Next(length, answer.Length);
            if (!Naptr.IsAnswerTo(answer.AsSpan(0, size), query[..length])) continue;
            try
            {
                foreach (string expression in Naptr.Read(answer.AsSpan(0, size), length)) Naptr.ReadExpression(expression, new(new Dictionary<string, NetworkId>()));
            }
            catch (LookupException)
            {
            }
        }
    }
}
