using System.Net;
using Crosspoint.Server.SmppListener;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>Who may bind, how often, and what becomes of guessers.</summary>
public sealed class BindTests
{
    [Theory]
    [InlineData("demo", "wrong", CommandStatus.InvalidPassword)]
    [InlineData("nobody", "secret", CommandStatus.InvalidPassword)]
    [InlineData("", "", CommandStatus.InvalidPassword)]
    [InlineData("demo", "secret", CommandStatus.Ok)]
    public async Task Bind_WrongUserAndWrongPassword_GetOneAnswer(string systemId, string password, CommandStatus expected)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await customer.BindAsync(systemId, password)).ShouldBe(expected);
    }

    [Fact]
    public async Task Bind_MoreThanAllowed_IsRefusedUntilOneLeaves()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("max_binds: 2");
        using TestCustomer first = await rig.BindAsync();
        using TestCustomer second = await rig.BindAsync();
        using (TestCustomer third = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await third.BindAsync("demo", "secret")).ShouldBe(CommandStatus.BindFailed);
        first.Dispose();
        await rig.UntilAsync(async () =>
        {
            using TestCustomer again = await TestCustomer.ConnectAsync(rig.EndPoint);
            return await again.BindAsync("demo", "secret") == CommandStatus.Ok;
        });
    }

    [Theory]
    [InlineData(CommandId.BindTransmitter, CommandStatus.Ok)]
    [InlineData(CommandId.BindReceiver, CommandStatus.BindFailed)]
    [InlineData(CommandId.BindTransceiver, CommandStatus.BindFailed)]
    public async Task Bind_KindThatIsNotAllowed_IsRefused(CommandId bind, CommandStatus expected)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("binds: [ transmitter ]");
        using TestCustomer customer = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await customer.BindAsync("demo", "secret", bind)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("10.0.0.0/8", CommandStatus.InvalidPassword)]
    [InlineData("127.0.0.0/8", CommandStatus.Ok)]
    [InlineData("127.0.0.1", CommandStatus.Ok)]
    public async Task Bind_FromAnotherNetwork_IsRefusedAsWrongPassword(string network, CommandStatus expected)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync($"allow_from: [ {network} ]");
        using TestCustomer customer = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await customer.BindAsync("demo", "secret")).ShouldBe(expected);
    }

    [Fact]
    public async Task Bind_ManyWrongPasswords_AreDelayedThenLockedOut_OthersAreNot()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer good = await rig.BindAsync("other");
        for (int i = 0; i < BindGuard.FailuresToLock; i++)
        {
            using TestCustomer guesser = await TestCustomer.ConnectAsync(rig.EndPoint);
            (await rig.WhileTimePassesAsync(guesser.BindAsync("demo", "wrong"), step: 100)).ShouldBe(CommandStatus.InvalidPassword);
        }

        // Right credentials do not help now, and say no more than wrong ones.
        using (TestCustomer late = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await rig.WhileTimePassesAsync(late.BindAsync("demo", "secret"), step: 100)).ShouldBe(CommandStatus.InvalidPassword);
        using (TestCustomer other = await rig.BindAsync("other"))
            (await other.SubmitAsync(TestCustomer.Submit())).Status.ShouldBe(CommandStatus.Ok);
        (await good.CallAsync(CommandId.EnquireLink, [])).Status.ShouldBe(CommandStatus.Ok);

        rig.Clock.Advance(BindGuard.LockedFor);
        using TestCustomer again = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await rig.WhileTimePassesAsync(again.BindAsync("demo", "secret"))).ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public void Guard_Failures_SlowDownThenLock_AndSuccessForgets()
    {
        var clock = new ManualTimeProvider();
        var guard = new BindGuard(clock);
        IPAddress address = IPAddress.Loopback;
        for (int i = 0; i < BindGuard.FreeFailures; i++)
        {
            guard.Before(address, "a").ShouldBe(default);
            guard.Failed(address, "a").ShouldBeFalse();
        }

        guard.Before(address, "a").Delay.ShouldBe(TimeSpan.FromSeconds(1));
        guard.Failed(address, "a");
        guard.Before(address, "a").Delay.ShouldBe(TimeSpan.FromSeconds(2));
        guard.Before(address, "b").ShouldBe(default);
        guard.Before(IPAddress.IPv6Loopback, "a").ShouldBe(default);
        guard.Succeeded(address, "a");
        guard.Before(address, "a").ShouldBe(default);
        for (int i = 1; i < BindGuard.FailuresToLock; i++) guard.Failed(address, "a").ShouldBeFalse();
        guard.Failed(address, "a").ShouldBeTrue();
        guard.Before(address, "a").IsLocked.ShouldBeTrue();
        clock.Advance(BindGuard.LockedFor);
        guard.Before(address, "a").ShouldBe(default);
    }

    [Fact]
    public void Guard_ManySystemIdsFromOneAddress_LockTheAddress()
    {
        var guard = new BindGuard(new ManualTimeProvider());
        bool locked = false;
        for (int i = 0; i < 4 * BindGuard.FailuresToLock; i++) locked |= guard.Failed(IPAddress.Loopback, $"id{i}");
        locked.ShouldBeTrue();
        guard.Before(IPAddress.Loopback, "fresh").IsLocked.ShouldBeTrue();
        guard.Before(IPAddress.IPv6Loopback, "fresh").IsLocked.ShouldBeFalse();
    }

    [Fact]
    public void Guard_FloodOfAddresses_IsBounded()
    {
        var guard = new BindGuard(new ManualTimeProvider());
        for (int i = 0; i < 50_000; i++) guard.Failed(new IPAddress(i + 1), "a");
        guard.Count.ShouldBeLessThanOrEqualTo(20_000);
    }
}
