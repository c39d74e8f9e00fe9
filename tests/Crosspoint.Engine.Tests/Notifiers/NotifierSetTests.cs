using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Tests.Webhooks;
using Crosspoint.Engine.Webhooks;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Notifiers;

public sealed class NotifierSetTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Tell_FailsAndRecovers_IsTriedAgainWithTheSameId()
    {
        int requests = 0;
        _receiver.Answer("/a", (context, _) =>
        {
            context.Response.StatusCode = ++requests < 3 ? 503 : 204;
            return Task.CompletedTask;
        });
        await using NotifierSet set = NewSet(Hook("a"));
        set.Tell([Sample.Notification()]);
        await _receiver.WhenAsync(static received => received.Count == 1);
        await UntilAsync(() => set.Status[0].Failures == 1);
        await AdvanceUntilAsync(() => requests == 2);
        await AdvanceUntilAsync(() => set.Status[0].Delivered == 1);
        _receiver.Received.Select(static hook => hook.Id).ShouldBe(["NO1", "NO1", "NO1"]);
        NotifierStatus status = set.Status[0];
        (status.Failures, status.FailingSince, status.LastError, status.Waiting).ShouldBe((0, 0, null, 0));
    }

    [Fact]
    public async Task Tell_AllTriesFail_IsGivenUp_AndBecomesAnAlertOfTheOthers()
    {
        _receiver.Answer("/a", 503);
        await using NotifierSet set = NewSet(Hook("a") with { Retries = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)] }, Hook("b"));
        set.Judge().ShouldBeEmpty();
        set.Tell([Sample.Notification()]);
        await AdvanceUntilAsync(() => set.Status[0].GivenUp == 1);

        AlertCondition condition = set.Judge().ShouldHaveSingleItem();
        (condition.Key, condition.Severity).ShouldBe(("notifier:a", Severity.L2));
        condition.Text.ShouldContain("HTTP 503");
        var book = new AlertBook(new(), _time);
        List<Notification> told = book.Turn([condition], isWhole: true);
        told.ShouldHaveSingleItem().About.ShouldBe("a");
        int before = _receiver.Received.Count(static hook => hook.Path == "/a");
        set.Tell(told);
        await _receiver.WhenAsync(static received => received.Count(static hook => hook.Path == "/b") == 2);
        _receiver.Received.Count(static hook => hook.Path == "/a").ShouldBe(before);
    }

    [Fact]
    public async Task Tell_OneHangs_TheOthersAreToldAndItCostsItsTimeoutAlone()
    {
        using SmtpServer hangs = SmtpServer.Start(new() { Hangs = true });
        var mail = new EmailNotifierOptions
        {
            Name = "mail",
            Host = "127.0.0.1",
            Port = hangs.Port,
            From = "a@example.com",
            To = ["b@example.com"],
            Timeout = TimeSpan.FromSeconds(10),
        };
        await using NotifierSet set = NewSet(mail, Hook("b"));
        set.Tell([Sample.Notification()]);
        await _receiver.WhenAsync(static received => received.Count == 1);
        set.Status[0].Failures.ShouldBe(0);
        await AdvanceUntilAsync(() => set.Status[0].Failures == 1);
        set.Status[0].LastError.ShouldBe("no answer in time");
    }

    [Fact]
    public async Task Tell_QueueFull_DropsAndCounts()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answer("/a", (_, _) => gate.Task);
        await using NotifierSet set = NewSet(Hook("a") with { Queue = 3 });
        set.Tell([Sample.Notification()]);
        await _receiver.WhenAsync(static received => received.Count == 1);
        for (int i = 0; i < 5; i++) set.Tell([Sample.Notification()]);
        (set.Status[0].Waiting, set.Status[0].Dropped).ShouldBe((4, 2L));
        gate.SetResult();
        await _receiver.WhenAsync(static received => received.Count == 4);
    }

    [Fact]
    public async Task Tell_SeverityAndRules_AreHeld()
    {
        await using NotifierSet set = NewSet(
            Hook("severe") with { Least = Severity.L3 }, Hook("disks") with { Rules = ["disk"] }, Hook("all") with { Rules = ["disk", "country_delivery"] });
        set.Tell([Sample.Notification()]);
        await _receiver.WhenAsync(static received => received.Count == 1);
        set.Status.Select(static status => status.Waiting).Take(2).ShouldBe([0, 0]);
        _receiver.Received.ShouldHaveSingleItem().Path.ShouldBe("/all");
    }

    [Fact]
    public async Task Test_IsOneTryAtOnce()
    {
        _receiver.Answer("/bad", 500);
        await using NotifierSet set = NewSet(Hook("good"), Hook("bad"));
        (await set.TestAsync("good", "ada", CancellationToken.None)).ShouldBe((true, null));
        (await set.TestAsync("bad", "ada", CancellationToken.None)).ShouldBe((true, "HTTP 500"));
        (await set.TestAsync("none", "ada", CancellationToken.None)).ShouldBe((false, null));
        _receiver.Received[0].Text.ShouldContain("alert.test");
    }

    private NotifierSet NewSet(params NotifierOptions[] notifiers) =>
        new(notifiers, new WebhookOptions { AllowPrivateAddresses = true }, "", _time, NullLogger<NotifierSet>.Instance);

    private WebhookNotifierOptions Hook(string name) => new() { Name = name, Url = $"{_receiver.Url}/{name}", Secret = [1, 2, 3] };

    private Task AdvanceUntilAsync(Func<bool> condition) => UntilAsync(() =>
    {
        if (condition()) return true;
        _time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token);
    }
}
