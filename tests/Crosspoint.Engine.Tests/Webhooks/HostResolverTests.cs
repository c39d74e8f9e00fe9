using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Crosspoint.Engine.Webhooks;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class HostResolverTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private readonly ManualResetEventSlim _release = new();
    private readonly ConcurrentQueue<string> _asked = new();

    public void Dispose()
    {
        _release.Set();
        _release.Dispose();
    }

    [Fact]
    public async Task Resolve_SameHostAtOnce_LooksUpOnce()
    {
        using HostResolver resolver = Resolver(dead: "a.example");
        Task<IPAddress[]>[] all = [.. Enumerable.Range(0, 50).Select(_ => AskAsync(resolver, "a.example", "one"))];
        _release.Set();
        foreach (IPAddress[] addresses in await Task.WhenAll(all)) addresses.ShouldBe([IPAddress.Loopback]);
        _asked.Count.ShouldBe(1);
        await AskAsync(resolver, "a.example", "one");
        _asked.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Resolve_OneAccountNamesManyDeadHosts_AnotherIsServedAtOnce()
    {
        using HostResolver resolver = Resolver(dead: "dead");
        Task<IPAddress[]>[] hung = [.. Enumerable.Range(0, 200).Select(i => AskAsync(resolver, $"{i}.dead", "one"))];

        (await AskAsync(resolver, "good.example", "two").WaitAsync(Limit, TimeProvider.System, Token)).ShouldBe([IPAddress.Loopback]);

        UntilAsked(HostResolver.MostPerAccount + 1);
        _asked.Count(host => host.EndsWith(".dead", StringComparison.Ordinal)).ShouldBe(HostResolver.MostPerAccount);
        _release.Set();
        await Task.WhenAll(hung);
        _asked.Count.ShouldBe(201);
    }

    [Fact]
    public async Task Resolve_HostThatAnotherAccountQueuedBefore_UsesTheShareOfTheOneThatHasRoom()
    {
        using HostResolver resolver = Resolver(dead: "dead");
        Task<IPAddress[]>[] hung = [.. Enumerable.Range(0, HostResolver.MostPerAccount).Select(i => AskAsync(resolver, $"{i}.dead", "one"))];
        Task<IPAddress[]> queued = AskAsync(resolver, "good.example", "one");

        (await AskAsync(resolver, "good.example", "two").WaitAsync(Limit, TimeProvider.System, Token)).ShouldBe([IPAddress.Loopback]);

        await queued.WaitAsync(Limit, TimeProvider.System, Token);
        _release.Set();
        await Task.WhenAll(hung);
    }

    [Fact]
    public async Task Resolve_NobodyWaitsAnyMore_QueuedLookUpIsNotMade()
    {
        using HostResolver resolver = Resolver(dead: "dead");
        using var gaveUp = new CancellationTokenSource();
        Task<IPAddress[]>[] hung = [.. Enumerable.Range(0, HostResolver.MostPerAccount).Select(i => AskAsync(resolver, $"{i}.dead", "one"))];
        Task<IPAddress[]> left = resolver.ResolveAsync("left.example", "one", gaveUp.Token).AsTask();
        Task<IPAddress[]> alone = resolver.ResolveAsync("both.example", "one", gaveUp.Token).AsTask();
        Task<IPAddress[]> stays = AskAsync(resolver, "both.example", "one");
        await gaveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        await Should.ThrowAsync<OperationCanceledException>(alone);

        _release.Set();
        await Task.WhenAll(hung);
        (await stays.WaitAsync(Limit, TimeProvider.System, Token)).ShouldBe([IPAddress.Loopback]);

        _asked.ShouldNotContain("left.example");
        await AskAsync(resolver, "left.example", "one");
        _asked.Count(host => host == "left.example").ShouldBe(1);
    }

    [Fact]
    public async Task Resolve_Failed_IsNotAskedAgainForSeconds()
    {
        using HostResolver resolver = Resolver(dead: "dead", unknown: "nowhere.example");
        for (int i = 0; i < 3; i++)
        {
            SocketException failure = await Should.ThrowAsync<SocketException>(() => AskAsync(resolver, "nowhere.example", "one"));
            failure.SocketErrorCode.ShouldBe(SocketError.HostNotFound);
        }

        _asked.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromSeconds(4));
        await Should.ThrowAsync<SocketException>(() => AskAsync(resolver, "nowhere.example", "one"));
        _asked.Count.ShouldBe(2);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<IPAddress[]> AskAsync(HostResolver resolver, string host, string account) =>
        resolver.ResolveAsync(host, account, CancellationToken.None).AsTask();

    // Hosts that end so hang until the release.
    private HostResolver Resolver(string dead, string? unknown = null) => new(_time, host =>
    {
        _asked.Enqueue(host);
        if (host == unknown) throw new SocketException((int)SocketError.HostNotFound);
        if (host.EndsWith(dead, StringComparison.Ordinal)) _release.Wait(Limit);
        return [IPAddress.Loopback];
    });

    private void UntilAsked(int count) => SpinWait.SpinUntil(() => _asked.Count >= count, Limit).ShouldBeTrue();
}
