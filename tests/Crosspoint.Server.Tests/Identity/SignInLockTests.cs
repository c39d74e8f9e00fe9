using System.Net;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.Identity;

public sealed class SignInLockTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Fail_TenInTheWindow_Lock_AndEachLockIsTwiceAsLong()
    {
        SignInTries? tries = null;
        foreach (double minutes in (double[])[15, 30, 60, 120, 240, 480, 960, 1440, 1440])
        {
            for (int i = 0; i < 9; i++)
            {
                tries = Fail(tries);
                SignInLock.Remaining(tries, Now).ShouldBe(TimeSpan.Zero);
            }

            tries = Fail(tries);
            SignInLock.Remaining(tries, Now).TotalMinutes.ShouldBe(minutes);
            _time.Advance(TimeSpan.FromMinutes(minutes));
            SignInLock.Remaining(tries, Now).ShouldBe(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Fail_NineAndAQuarterOfAnHour_CountAnew()
    {
        SignInTries? tries = null;
        for (int i = 0; i < 9; i++) tries = Fail(tries);
        _time.Advance(TimeSpan.FromMinutes(15));
        tries = Fail(tries);
        (tries.Failed, tries.LockedUntil).ShouldBe((1, 0));
    }

    [Fact]
    public void Fail_ADayAfterALock_BeginsWithAShortLockAgain()
    {
        SignInTries? tries = null;
        for (int i = 0; i < 20; i++)
        {
            tries = Fail(tries);
            _time.Advance(SignInLock.Remaining(tries, Now));
        }

        tries!.Locks.ShouldBe(2);
        _time.Advance(TimeSpan.FromHours(25));
        for (int i = 0; i < 10; i++) tries = Fail(tries);
        SignInLock.Remaining(tries, Now).ShouldBe(TimeSpan.FromMinutes(15));
    }

    [Fact]
    public void AddressLimit_CountsAMinute_AndANetworkOfIpv6AsOne()
    {
        var limit = new AddressLimit(2, _time);
        IPAddress first = IPAddress.Parse("192.0.2.1");
        (limit.TryTake(first), limit.TryTake(first.MapToIPv6())).ShouldBe((TimeSpan.Zero, TimeSpan.Zero));
        _time.Advance(TimeSpan.FromSeconds(20));
        limit.TryTake(first).ShouldBe(TimeSpan.FromSeconds(40));
        limit.TryTake(IPAddress.Parse("192.0.2.2")).ShouldBe(TimeSpan.Zero);
        limit.TryTake(IPAddress.Parse("2001:db8::1")).ShouldBe(TimeSpan.Zero);
        limit.TryTake(IPAddress.Parse("2001:db8::2")).ShouldBe(TimeSpan.Zero);
        limit.TryTake(IPAddress.Parse("2001:db8::3")).ShouldBeGreaterThan(TimeSpan.Zero);
        limit.TryTake(IPAddress.Parse("2001:db8:0:1::3")).ShouldBe(TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(40));
        limit.TryTake(first).ShouldBe(TimeSpan.Zero);
    }

    private long Now => _time.GetUtcMicros();

    private SignInTries Fail(SignInTries? tries) => SignInLock.Fail(tries, new byte[32], Now);
}
