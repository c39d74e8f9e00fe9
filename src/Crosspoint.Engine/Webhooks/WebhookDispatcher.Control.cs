using System.Security.Cryptography;
using System.Text;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Receivers that fail, and what people ask of them.</summary>
public sealed partial class WebhookDispatcher : IWebhookControl
{
    // Remembered while they fail or are disabled; about 300 octets each with the URL.
    private const int MostTroubles = 200_000;

    // Two failures days apart say little: a receiver is disabled by no fewer than so many.
    private const int LeastFailures = 5;
    private const int MarksAtOnce = 1_000;
    private const int MostTests = 64;
    private const int MostTestsOfOne = 4;

    // What fails for less is not worth a row: at a restart its time begins anew.
    private static readonly long MarkAfter = Micros.From(TimeSpan.FromHours(1));

    private readonly Dictionary<EndpointKey, EndpointTrouble> _troubles = [];
    private readonly Dictionary<string, int> _tests = new(StringComparer.Ordinal);
    private int _allTests;
    private int _disabled;

    /// <summary>Reads which receivers fail or are disabled. To be awaited before the first <see cref="Enqueue"/>.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<KeyValuePair<string, long>> marks =
            await _journal.ListMarksAsync(EndpointMark.Prefix, cancellationToken).ConfigureAwait(false);
        var known = new List<KeyValuePair<string, long>>(marks.Count);
        lock (_gate)
        {
            foreach (KeyValuePair<string, long> mark in marks)
            {
                if (!EndpointMark.TryRead(mark.Key, mark.Value, out EndpointKey key, out EndpointTrouble trouble)) continue;
                if (_accounts.Find(key.AccountSid) is null || !_troubles.TryAdd(key, trouble)) continue;
                if (trouble.Disabled != DisabledBecause.None) _disabled++;
                known.Add(mark);
            }
        }

        // Written again where new rows go, so that they do not end with what is deleted for its age.
        foreach (KeyValuePair<string, long>[] some in known.Chunk(MarksAtOnce)) _journal.Enqueue(new PutMarks(some));
        if (_disabled > 0) Log.StillDisabled(_logger, _disabled);
    }

    /// <summary>The accounts have changed: receivers go by what is configured for them now. Keys are asked for with each try.</summary>
    public void TakeAccounts()
    {
        lock (_gate)
        {
            _table = new(_accounts);
            foreach (Dictionary<string, TargetPlace> places in _targets.Values)
            {
                foreach (TargetPlace place in places.Values) place.Settings = _table.Find(place.Endpoint);
            }

            // One that is switched off may be forgotten at once.
            foreach (WebhookEndpoint endpoint in _endpoints.Values.ToArray())
            {
                WebhookEndpointSettings? settings = _table.Find(endpoint.Key);
                if (settings == endpoint.Settings) continue;
                endpoint.Configure(settings);
                TakeSettings(endpoint);
            }
        }
    }

    public IReadOnlyList<EndpointStatus> ListEndpoints(string accountSid, string afterUrl, int limit)
    {
        List<string> urls = UrlsOf(accountSid, afterUrl);
        urls.Sort(StringComparer.Ordinal);
        var found = new List<EndpointStatus>(Math.Min(limit, urls.Count));
        lock (_gate)
        {
            foreach (string url in urls)
            {
                if (found.Count == limit) break;
                found.Add(StatusOf(new(accountSid, url)));
            }
        }

        return found;
    }

    public EndpointStatus? FindEndpoint(string accountSid, string id)
    {
        if (KeyOf(accountSid, id) is not { } key) return null;
        lock (_gate) return StatusOf(key);
    }

    public async ValueTask<EndpointChange> DisableEndpointAsync(string accountSid, string id)
    {
        if (KeyOf(accountSid, id) is not { } key) return EndpointChange.NotFound;
        long now = _time.GetUtcMicros();
        var asked = new EndpointTrouble { Disabled = DisabledBecause.Asked, DisabledSince = now };
        if (!await StoreAsync(key, EndpointMark.ValueOf(asked)).ConfigureAwait(false)) return EndpointChange.StoreUnavailable;
        lock (_gate)
        {
            if (!_troubles.TryGetValue(key, out EndpointTrouble? trouble)) _troubles.Add(key, trouble = new());
            if (trouble.Disabled == DisabledBecause.None) _disabled++;
            trouble.Disabled = DisabledBecause.Asked;
            trouble.DisabledSince = now;
            trouble.IsMarked = true;
            if (_endpoints.TryGetValue(key, out WebhookEndpoint? endpoint))
            {
                endpoint.Trouble = trouble;
                if (endpoint.Disabled != DisabledBecause.Configured) Close(endpoint, DisabledBecause.Asked);
            }
        }

        return EndpointChange.Done;
    }

    public async ValueTask<EndpointChange> EnableEndpointAsync(string accountSid, string id)
    {
        if (KeyOf(accountSid, id) is not { } key) return EndpointChange.NotFound;
        if (_table.Find(key) is { IsEnabled: false }) return EndpointChange.Configured;
        if (!await StoreAsync(key, 0).ConfigureAwait(false)) return EndpointChange.StoreUnavailable;
        lock (_gate)
        {
            if (_troubles.Remove(key, out EndpointTrouble? trouble) && trouble.Disabled != DisabledBecause.None) _disabled--;
            if (_endpoints.TryGetValue(key, out WebhookEndpoint? endpoint)) Open(endpoint);
        }

        return EndpointChange.Done;
    }

    public async ValueTask<WebhookTestResult> TestAsync(Account account, string url, CancellationToken cancellationToken)
    {
        TargetUrl target = TargetUrl.Parse(account.Sid, url, _options);
        if (target.Uri is null) return new("", 0, TimeSpan.Zero, target.Problem);
        target.Place.Settings = _table.Find(target.Endpoint);
        if (!TryBeginTest(account.Sid)) return new("", 0, TimeSpan.Zero, "too many tests are under way", IsBusy: true);
        try
        {
            string id = string.Concat("TE", Guid.NewGuid().ToString("N"));
            var worker = new WebhookWorker(this);
            worker.BeginTry();
            TimeSpan limit = target.Overrides.Total < _options.TotalTimeout ? target.Overrides.Total : _options.TotalTimeout;
            using ITimer timer = _time.CreateTimer(
                static state => ((WebhookWorker)state!).Cancel(1), worker, limit, Timeout.InfiniteTimeSpan);
            using CancellationTokenRegistration gone =
                cancellationToken.Register(static state => ((WebhookWorker)state!).Cancel(1), worker);
            long started = Now();
            TryOutcome outcome = await _client.TestAsync(worker, target, account, id).ConfigureAwait(false);
            return new(id, outcome.Status, TimeSpan.FromTicks(Now() - started), outcome.Error);
        }
        finally
        {
            EndTest(account.Sid);
        }
    }

    /// <summary><c>WE</c> and 32 hex digits.</summary>
    internal static string IdOf(EndpointKey key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{key.AccountSid}\n{key.Url}"));
        return string.Concat("WE", Convert.ToHexStringLower(hash.AsSpan(0, 16)));
    }

    // Called under the lock after every try.
    private void NoteHealth(WebhookEndpoint endpoint, in TryOutcome outcome)
    {
        if (outcome.IsDelivered)
        {
            if (endpoint.Trouble is not null) NoteRecovery(endpoint, endpoint.Trouble);
            return;
        }

        if (outcome.Kind == TryKind.Impossible) return;
        long now = _time.GetUtcMicros();
        EndpointTrouble trouble = endpoint.Trouble ??= NewTrouble(endpoint.Key);
        if (trouble.FailingSince == 0) trouble.FailingSince = now;
        trouble.Failures++;
        trouble.LastStatus = outcome.Status;
        trouble.LastError = outcome.Error;
        long failed = now - trouble.FailingSince;
        bool isDead = _options.DisableAfter > TimeSpan.Zero && failed >= Micros.From(_options.DisableAfter)
            && trouble.Failures >= LeastFailures;
        if (isDead && !endpoint.IsDisabled)
        {
            trouble.Disabled = DisabledBecause.Failing;
            trouble.DisabledSince = now;
            _disabled++;
            _troubles[endpoint.Key] = trouble;
            Mark(endpoint.Key, trouble);
            double days = failed / (double)Micros.From(TimeSpan.FromDays(1));
            Log.EndpointDisabled(_logger, IdOf(endpoint.Key), endpoint.Key.AccountSid, days, trouble.LastError ?? "");
            Close(endpoint, DisabledBecause.Failing);
        }
        else if (!trouble.IsMarked && failed >= MarkAfter)
        {
            Mark(endpoint.Key, trouble);
        }
    }

    private void NoteRecovery(WebhookEndpoint endpoint, EndpointTrouble trouble)
    {
        trouble.FailingSince = 0;
        trouble.Failures = 0;
        if (trouble.Disabled != DisabledBecause.None) return;
        _troubles.Remove(endpoint.Key);
        endpoint.Trouble = null;
        if (trouble.IsMarked) _journal.Enqueue(new PutMarks(KeyValuePair.Create(EndpointMark.NameOf(endpoint.Key), 0L)));
    }

    private EndpointTrouble NewTrouble(EndpointKey key)
    {
        var trouble = new EndpointTrouble();
        if (_troubles.Count < MostTroubles) _troubles[key] = trouble;
        return trouble;
    }

    private void Mark(EndpointKey key, EndpointTrouble trouble)
    {
        trouble.IsMarked = true;
        _journal.Enqueue(new PutMarks(KeyValuePair.Create(EndpointMark.NameOf(key), EndpointMark.ValueOf(trouble))));
    }

    // Everything it has goes back to the journal; what runs comes to its end, what waits for its time goes when that comes.
    private void Close(WebhookEndpoint endpoint, DisabledBecause why)
    {
        endpoint.Disabled = why;
        _overflowing.Remove(endpoint);
        _wanting.Remove(endpoint);
        while (endpoint.Ready.TryDequeue(out PendingWebhook? webhook)) SetAside(webhook);
    }

    private void Open(WebhookEndpoint endpoint)
    {
        endpoint.Trouble = null;
        Reopen(endpoint);
    }

    // What switched it off otherwise, by itself or because somebody asked, goes on doing so.
    private void TakeSettings(WebhookEndpoint endpoint)
    {
        bool isOff = endpoint.Settings is { IsEnabled: false };
        DisabledBecause otherwise = endpoint.Trouble?.Disabled ?? DisabledBecause.None;
        if (isOff && endpoint.Disabled != DisabledBecause.Configured) Close(endpoint, DisabledBecause.Configured);
        else if (!isOff && endpoint.Disabled == DisabledBecause.Configured && otherwise == DisabledBecause.None) Reopen(endpoint);
        else if (!isOff) endpoint.Disabled = otherwise;
        Pump(endpoint);
    }

    private void Reopen(WebhookEndpoint endpoint)
    {
        endpoint.Disabled = DisabledBecause.None;
        if (endpoint.Backlog.IsEmpty) return;
        _overflowing.Add(endpoint);
        _wanting.Add(endpoint);
        WakeSweep();
    }

    // The events of its message that wait for it follow it.
    private void SetAside(PendingWebhook webhook)
    {
        Leave(webhook);
        Unblock(webhook);
        ReleaseIfDone(webhook);
    }

    private async ValueTask<bool> StoreAsync(EndpointKey key, long value)
    {
        var mark = new PutMarks(KeyValuePair.Create(EndpointMark.NameOf(key), value));
        _journal.Enqueue(mark);
        return await mark.Done.ConfigureAwait(false) is null;
    }

    private EndpointKey? KeyOf(string accountSid, string id)
    {
        foreach (string url in UrlsOf(accountSid, ""))
        {
            if (IdOf(new(accountSid, url)) == id) return new(accountSid, url);
        }

        return null;
    }

    private List<string> UrlsOf(string accountSid, string afterUrl)
    {
        var urls = new HashSet<string>(StringComparer.Ordinal);
        foreach (EndpointKey key in _table.Exact.Keys) Add(key);
        lock (_gate)
        {
            foreach (EndpointKey key in _endpoints.Keys) Add(key);
            foreach (EndpointKey key in _troubles.Keys) Add(key);
        }

        return [.. urls];

        // The one without a URL holds what can never be called.
        void Add(EndpointKey key)
        {
            if (key.AccountSid == accountSid && key.Url.Length > 0 && string.CompareOrdinal(key.Url, afterUrl) > 0) urls.Add(key.Url);
        }
    }

    private EndpointStatus StatusOf(EndpointKey key)
    {
        WebhookEndpoint? endpoint = _endpoints.GetValueOrDefault(key);
        EndpointTrouble? trouble = endpoint?.Trouble ?? _troubles.GetValueOrDefault(key);
        WebhookEndpointSettings? settings = _table.Find(key);
        DisabledBecause disabled = trouble?.Disabled ?? DisabledBecause.None;
        if (settings is { IsEnabled: false }) disabled = DisabledBecause.Configured;
        return new(
            IdOf(key),
            key.Url,
            settings,
            disabled,
            trouble?.DisabledSince ?? 0,
            trouble?.FailingSince ?? 0,
            trouble?.Failures ?? 0,
            endpoint is null ? 0 : endpoint.Fresh.Held + endpoint.Retries.Held,
            endpoint is { Backlog.IsEmpty: false },
            endpoint?.Running ?? 0,
            endpoint is { LastStatus: > 0 } ? endpoint.LastStatus : trouble?.LastStatus ?? 0,
            trouble?.LastError);
    }

    private bool TryBeginTest(string accountSid)
    {
        lock (_gate)
        {
            int count = _tests.GetValueOrDefault(accountSid);
            if (_isStopping || count >= MostTestsOfOne || _allTests >= MostTests) return false;
            _tests[accountSid] = count + 1;
            _allTests++;
            return true;
        }
    }

    private void EndTest(string accountSid)
    {
        lock (_gate)
        {
            _allTests--;
            if (--_tests[accountSid] == 0) _tests.Remove(accountSid);
        }
    }
}
