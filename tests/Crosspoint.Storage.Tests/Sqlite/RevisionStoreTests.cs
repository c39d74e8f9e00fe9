using System.Diagnostics;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Stores;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Storage.Tests.Sqlite;

public sealed class RevisionStoreTests : SqliteTest
{
    private static readonly ResourceName Deck = new("deck", "north-1");
    private static readonly RevisionAuthor Ada = new("ada", "new prices");

    private string ConfigFile => Path.Combine(Root, "config.db");

    [Fact]
    public async Task Draft_HasNoEffect_UntilItIsActivated_AndItsPayloadStays()
    {
        await using SqliteRevisionStore store = Open();
        (await store.HeadAsync(Deck, Token)).ShouldBe(RevisionHead.None);
        Revision first = await DraftAsync(store, "one");

        (first.Number, first.State, first.By, first.Note, first.Parent, first.Bytes).ShouldBe((1, RevisionState.Draft, "ada", "new prices", 0, 3));
        first.At.ShouldBe(Time.GetUtcNow());
        (await store.HeadAsync(Deck, Token)).InForce.ShouldBeNull();

        Time.Advance(TimeSpan.FromMinutes(1));
        RevisionChange change = await store.ActivateAsync(Deck, 1, 0, null, new("bob"), Token);
        change.Revision!.State.ShouldBe(RevisionState.Active);
        (change.Revision.ValidFrom, change.Revision.ActivatedAt, change.Revision.ActivatedBy).ShouldBe((Time.GetUtcNow(), Time.GetUtcNow(), "bob"));
        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.LastActivated, head.InForce!.Number, head.Scheduled.Count).ShouldBe((1, 1, 0));
        Encoding.UTF8.GetString((await store.ReadAsync(Deck, 1, Token))!).ShouldBe("one");
        (await store.ReadAsync(Deck, 2, Token)).ShouldBeNull();
        (await store.FindAsync(new("deck", "other"), 1, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Activate_AnotherWasActivatedMeanwhile_IsRefusedAndChangesNothing()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        Revision mine = await DraftAsync(store, "mine");
        Revision theirs = await DraftAsync(store, "theirs");
        (await store.ActivateAsync(Deck, theirs.Number, null, null, new("bob"), Token)).IsDone.ShouldBeTrue();

        // By the draft's parent, and by what is said outright.
        foreach (long? expected in new long?[] { null, 1, 0 })
        {
            RevisionChange change = await store.ActivateAsync(Deck, mine.Number, expected, null, Ada, Token);
            (change.Outcome, change.LastActivated).ShouldBe((RevisionOutcome.Conflict, theirs.Number));
            change.Detail.ShouldContain($"revision {theirs.Number} was activated last");
        }

        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(theirs.Number);
        (await store.FindAsync(Deck, mine.Number, Token))!.State.ShouldBe(RevisionState.Draft);
        (await store.FindAsync(Deck, 1, Token))!.State.ShouldBe(RevisionState.Retired);
        (await store.ActivateAsync(Deck, mine.Number, theirs.Number, null, Ada, Token)).IsDone.ShouldBeTrue();
    }

    [Fact]
    public async Task Activate_ForLater_TakesOverByItself_AndWhatIsInForceGoesOnUntilThen()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        DateTimeOffset newYear = Time.GetUtcNow().AddDays(10);
        Revision draft = (await store.PutDraftAsync(Deck, "two"u8.ToArray(), newYear, Ada, Token)).Revision!;
        (await store.ActivateAsync(Deck, draft.Number, null, null, Ada, Token)).Revision!.ValidFrom.ShouldBe(newYear);

        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.LastActivated, head.InForce!.Number, head.Scheduled.Single().Number).ShouldBe((2, 1, 2));
        (await store.ListAsync(Deck, 0, 10, Token)).Select(r => r.State).ShouldBe([RevisionState.Active, RevisionState.Active]);

        Time.Advance(TimeSpan.FromDays(10));
        head = await store.HeadAsync(Deck, Token);
        (head.InForce!.Number, head.Scheduled.Count).ShouldBe((2, 0));
        (await store.ListAsync(Deck, 0, 10, Token)).Select(r => r.State).ShouldBe([RevisionState.Active, RevisionState.Retired]);

        // A clock that is set back brings the earlier one back with it.
        Time.SetWallClock(newYear.AddDays(-1));
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task Activate_SeveralForLater_SameMomentReplaces_OtherMomentsStay()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        DateTimeOffset monday = Time.GetUtcNow().AddDays(1);
        foreach (DateTimeOffset from in new[] { monday, monday.AddDays(7), monday })
        {
            Revision draft = await DraftAsync(store, "x");
            (await store.ActivateAsync(Deck, draft.Number, null, from, Ada, Token)).IsDone.ShouldBeTrue();
        }

        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.InForce!.Number, head.LastActivated).ShouldBe((1, 4));
        head.Scheduled.Select(r => r.Number).ShouldBe([4, 3]);

        // At once, and what is scheduled stays scheduled.
        await ActivateNewAsync(store, "now");
        head = await store.HeadAsync(Deck, Token);
        head.InForce!.Number.ShouldBe(5);
        head.Scheduled.Select(r => r.Number).ShouldBe([4, 3]);
        Time.Advance(TimeSpan.FromDays(30));
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(3);
    }

    [Fact]
    public async Task Activate_MomentThatHasPassed_MeansAtOnce()
    {
        await using SqliteRevisionStore store = Open();
        Revision draft = (await store.PutDraftAsync(Deck, default, Time.GetUtcNow().AddDays(-3), Ada, Token)).Revision!;
        (await store.ActivateAsync(Deck, draft.Number, null, null, Ada, Token)).Revision!.ValidFrom.ShouldBe(Time.GetUtcNow());
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task RollBack_GoesBackOneByOne_OrToTheOneAskedFor_AndTakesBackWhatIsScheduled()
    {
        await using SqliteRevisionStore store = Open();
        for (int i = 1; i <= 3; i++) await ActivateNewAsync(store, $"r{i}");

        (await store.RollBackAsync(Deck, 2, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.Conflict);
        (await store.RollBackAsync(Deck, 3, null, Ada, Token)).Revision!.Number.ShouldBe(2);
        (await store.RollBackAsync(Deck, 3, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.Conflict, "a second click");
        (await store.RollBackAsync(Deck, 2, null, Ada, Token)).Revision!.Number.ShouldBe(1);
        RevisionChange none = await store.RollBackAsync(Deck, 1, null, Ada, Token);
        (none.Outcome, none.Detail).ShouldBe((RevisionOutcome.WrongState, "before revision 1 of deck/north-1 there was none to go back to"));
        (await store.RollBackAsync(Deck, 1, 3, Ada, Token)).Revision!.Number.ShouldBe(3);
        (await store.RollBackAsync(Deck, 3, 3, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.WrongState);
        (await store.RollBackAsync(Deck, 3, 9, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.NotFound);
        Revision draft = await DraftAsync(store, "d");
        (await store.RollBackAsync(Deck, 3, draft.Number, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.WrongState);

        // One that is scheduled is taken back; the one in force stays, since when it was.
        DateTimeOffset since = (await store.HeadAsync(Deck, Token)).InForce!.ValidFrom!.Value;
        (await store.ActivateAsync(Deck, draft.Number, null, Time.GetUtcNow().AddDays(1), Ada, Token)).IsDone.ShouldBeTrue();
        Time.Advance(TimeSpan.FromHours(1));
        RevisionChange back = await store.RollBackAsync(Deck, draft.Number, null, Ada, Token);
        (back.Revision!.Number, back.Revision.ValidFrom).ShouldBe((3, since));
        Time.Advance(TimeSpan.FromDays(2));
        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.InForce!.Number, head.LastActivated, head.Scheduled.Count).ShouldBe((3, 3, 0));
        (await store.FindAsync(Deck, draft.Number, Token))!.State.ShouldBe(RevisionState.Retired);
    }

    [Fact]
    public async Task RollBack_WhileAnotherIsScheduled_GoesToWhatWasInForceAndNotToWhatIsToCome()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "r1");
        Revision january = await DraftAsync(store, "january");
        (await store.ActivateAsync(Deck, january.Number, null, Time.GetUtcNow().AddDays(30), Ada, Token)).IsDone.ShouldBeTrue();
        Time.Advance(TimeSpan.FromHours(1));
        await ActivateNewAsync(store, "hotfix");

        (await store.RollBackAsync(Deck, 3, null, Ada, Token)).Revision!.Number.ShouldBe(1);
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(1);
    }

    [Fact]
    public async Task RollBack_OfWhatIsScheduledWhileNothingIsInForce_TakesItAllBack()
    {
        await using SqliteRevisionStore store = Open();
        for (int day = 1; day <= 2; day++)
        {
            Revision draft = await DraftAsync(store, $"day {day}");
            (await store.ActivateAsync(Deck, draft.Number, null, Time.GetUtcNow().AddDays(day), Ada, Token)).IsDone.ShouldBeTrue();
        }

        (await store.FindRollBackAsync(Deck, Token)).ShouldBe(0);
        RevisionChange back = await store.RollBackAsync(Deck, 2, null, Ada, Token);
        (back.Outcome, back.Revision!.Number, back.Revision.State, back.LastActivated).ShouldBe((RevisionOutcome.Done, 2, RevisionState.Retired, 2));
        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.LastActivated, head.InForce, head.Scheduled.Count).ShouldBe((2, null, 0));
        AuditEntry entry = (await store.ListAuditAsync(new("deck", "north-1", Limit: 1), Token)).Single();
        (entry.Action, entry.From, entry.To).ShouldBe(("roll_back", 2, 0));
        Time.Advance(TimeSpan.FromDays(3));
        (await store.HeadAsync(Deck, Token)).InForce.ShouldBeNull();

        // Nothing is left to take back; by its number it can be returned to, and another may follow.
        (await store.RollBackAsync(Deck, 2, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.WrongState);
        (await store.RollBackAsync(Deck, 2, 1, Ada, Token)).Revision!.State.ShouldBe(RevisionState.Active);
        await ActivateNewAsync(store, "next");
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(3);
    }

    [Fact]
    public async Task ClockBehind_WhatWasActivatedAtOnceHolds_AndWhatIsForLaterWaits()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        await ActivateNewAsync(store, "two");
        Revision later = await DraftAsync(store, "later");
        (await store.ActivateAsync(Deck, later.Number, null, Time.GetUtcNow().AddDays(1), Ada, Token)).IsDone.ShouldBeTrue();
        DateTimeOffset real = Time.GetUtcNow();
        Time.SetWallClock(real.AddDays(-30));
        RevisionHead head = await store.HeadAsync(Deck, Token);
        (head.InForce!.Number, head.Scheduled.Single().Number).ShouldBe((2, 3));

        // A roll back goes to it; and what is activated now stays when the clock is right again.
        (await store.RollBackAsync(Deck, 3, null, Ada, Token)).Revision!.Number.ShouldBe(2);
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(2);
        await ActivateNewAsync(store, "four");
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(4);
        Time.SetWallClock(real.AddDays(2));
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(4);
        (await store.FindAsync(Deck, 2, Token))!.State.ShouldBe(RevisionState.Retired);
    }

    [Fact]
    public async Task States_AllowOnlyWhatTheyAllow()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        (await store.ActivateAsync(Deck, 1, 1, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.WrongState);
        (await store.DeleteDraftAsync(Deck, 1, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.WrongState);
        (await store.ActivateAsync(Deck, 7, 1, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.NotFound);
        (await store.DeleteDraftAsync(Deck, 7, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.NotFound);
        (await store.RollBackAsync(new("deck", "none"), 0, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.NotFound);

        Revision draft = await DraftAsync(store, "two");
        (await store.DeleteDraftAsync(Deck, draft.Number, Ada, Token)).IsDone.ShouldBeTrue();
        (await store.FindAsync(Deck, draft.Number, Token)).ShouldBeNull();
        (await DraftAsync(store, "three")).Number.ShouldBe(3, "a number is never given twice");
    }

    [Fact]
    public async Task Publish_IsOneChange_AndExpectsWhatTheCallerKnows()
    {
        await using SqliteRevisionStore store = Open();
        var rates = new ResourceName("rates", "currencies");
        (await store.PublishAsync(rates, "a"u8.ToArray(), 0, Ada, Token)).Revision!.State.ShouldBe(RevisionState.Active);
        (await store.PublishAsync(rates, "b"u8.ToArray(), 0, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.Conflict);
        (await store.ListAsync(rates, 0, 10, Token)).Count.ShouldBe(1, "a refused one leaves nothing behind");
        (await store.PublishAsync(rates, "b"u8.ToArray(), 1, Ada, Token)).Revision!.Number.ShouldBe(2);
        (await store.ListResourcesAsync("rates", Token)).ShouldBe([rates]);
    }

    [Fact]
    public async Task Audit_HasALineForEachChange_AndNoneForRefusals()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        await ActivateNewAsync(store, "two");
        await store.ActivateAsync(Deck, 9, null, null, Ada, Token);
        await store.RollBackAsync(Deck, 2, null, new("bob", "wrong file"), Token);
        Revision draft = await DraftAsync(store, "x");
        await store.DeleteDraftAsync(Deck, draft.Number, Ada, Token);
        await store.PublishAsync(new("rates", "fees"), default, 0, Ada, Token);

        IReadOnlyList<AuditEntry> all = await store.ListAuditAsync(new("deck", "north-1", Limit: 100), Token);
        all.Select(e => $"{e.Action} {e.From}>{e.To}").ShouldBe(
            ["delete 1>3", "draft 1>3", "roll_back 2>1", "activate 1>2", "draft 1>2", "activate 0>1", "draft 0>1"]);
        AuditEntry back = all[2];
        (back.By, back.Note, back.At, back.Resource, back.ValidFrom).ShouldBe(("bob", "wrong file", Time.GetUtcNow(), Deck, Time.GetUtcNow()));
        (await store.ListAuditAsync(new(Limit: 2), Token)).Select(e => $"{e.Resource} {e.Action} {e.From}>{e.To}").ShouldBe(["rates/fees activate 0>1", "deck/north-1 delete 1>3"]);
        (await store.ListAuditAsync(new(By: "bob"), Token)).ShouldHaveSingleItem().ShouldBe(back);
        (await store.ListAuditAsync(new("deck", Before: all[1].Id, Limit: 2), Token)).Select(e => e.Id).ShouldBe([all[2].Id, all[3].Id]);
    }

    [Fact]
    public async Task Record_OfWhatHasNoRevisions_StandsAmongTheOthers_AndGoesWhenItIsOld()
    {
        await using SqliteRevisionStore store = Open();
        await ActivateNewAsync(store, "one");
        (await store.RecordAsync(new("connections", "north-1"), "pause", new("bob", "smells"), Token)).ShouldBeNull();
        Time.Advance(TimeSpan.FromDays(1));
        (await store.RecordAsync(new("messages", ""), "message_export", new("eve"), Token)).ShouldBeNull();
        (await Lines(store)).ShouldBe(["eve message_export messages/ ", "bob pause connections/north-1 smells", "ada activate deck/north-1 new prices", "ada draft deck/north-1 new prices"]);
        AuditEntry pause = (await store.ListAuditAsync(new("connections"), Token)).ShouldHaveSingleItem();
        (pause.From, pause.To, pause.ValidFrom, pause.At).ShouldBe((0, 0, null, Time.GetUtcNow().AddDays(-1)));

        (await store.PruneRecordAsync(Time.GetUtcNow(), Token)).ShouldBeNull();
        (await Lines(store)).ShouldBe(["eve message_export messages/ ", "ada activate deck/north-1 new prices", "ada draft deck/north-1 new prices"]);
    }

    [Fact]
    public async Task Record_OfAnotherStore_IsTakenOverOnce_WithItsTimes()
    {
        await using SqliteRevisionStore store = Open();
        DateTimeOffset before = Time.GetUtcNow().AddDays(-3);
        AuditEntry[] entries =
        [
            new(7, before, "ada", "message_cancel", new("messages", "SM1"), 0, 0, null, ""),
            new(9, before.AddDays(1), "bob", "message_resend", new("messages", "SM1"), 0, 0, null, "as SM2"),
        ];
        for (int i = 0; i < 2; i++) (await store.AdoptRecordAsync(entries, Token)).ShouldBeNull();
        (await Lines(store)).ShouldBe(["bob message_resend messages/SM1 as SM2", "ada message_cancel messages/SM1 "]);
        (await store.ListAuditAsync(new("messages", "SM1", "ada"), Token)).ShouldHaveSingleItem().At.ShouldBe(before);
    }

    [Fact]
    public async Task Open_AFileOfTheFirstSchema_KeepsItsRecord_AndTakesMore()
    {
        using (SqliteDatabase old = SqliteDatabase.OpenForWriting(ConfigFile))
        {
            string folder = typeof(SqliteRevisionStore).Assembly.GetManifestResourceNames().Single(static name => name.EndsWith("Config.0001_first.sql", StringComparison.Ordinal));
            using var first = new StreamReader(typeof(SqliteRevisionStore).Assembly.GetManifestResourceStream(folder)!);
            old.Execute(await first.ReadToEndAsync(Token));
            old.Execute("PRAGMA user_version = 1");
            old.Execute("INSERT INTO resources VALUES ('connection_rates', 'north-1', 1, 1)");
            old.Execute(
                "INSERT INTO revisions (id, kind, name, number, state, made_by, made_at, note, parent, valid_from, activated_by, activated_at, bytes, payload) "
                    + "VALUES (1, 'connection_rates', 'north-1', 1, 1, 'ada', 5, 'a cap', 0, 5, 'ada', 5, 5, 'a cap')");
            old.Execute("INSERT INTO audit (at, made_by, action, kind, name, from_number, to_number, note) VALUES (5, 'ada', 'draft', 'connection_rates', 'north-1', 0, 1, 'a cap')");
            old.Execute(
                "INSERT INTO audit (at, made_by, action, kind, name, from_number, to_number, valid_from, note) VALUES (5, 'ada', 'activate', 'connection_rates', 'north-1', 0, 1, 5, 'a cap')");
        }

        await using SqliteRevisionStore store = Open();
        (await store.RecordAsync(new("connections", "north-1"), "cap", new("bob", "no cap"), Token)).ShouldBeNull();
        (await store.PruneRecordAsync(Time.GetUtcNow().AddDays(-1), Token)).ShouldBeNull();
        (await Lines(store)).ShouldBe(
            ["bob cap connections/north-1 no cap", "ada activate connection_rates/north-1 a cap", "ada draft connection_rates/north-1 a cap"]);
        (await store.ListAuditAsync(new(By: "ada"), Token)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Changed_IsRaisedForWhatIsEffectiveAlone()
    {
        await using SqliteRevisionStore store = Open();
        var seen = new List<ResourceName>();
        store.Changed += seen.Add;
        await DraftAsync(store, "one");
        seen.ShouldBeEmpty();
        await store.ActivateAsync(Deck, 1, null, null, Ada, Token);
        await store.ActivateAsync(Deck, 1, null, null, Ada, Token);
        seen.ShouldBe([Deck]);
    }

    [Fact]
    public async Task Activate_ManyAtOnce_OneWins()
    {
        await using SqliteRevisionStore store = Open();
        for (int i = 0; i < 8; i++) await DraftAsync(store, $"{i}");
        RevisionChange[] changes = await Task.WhenAll(
            Enumerable.Range(1, 8).Select(number => store.ActivateAsync(Deck, number, 0, null, Ada, Token).AsTask()));
        changes.Count(c => c.IsDone).ShouldBe(1);
        changes.Count(c => c.Outcome == RevisionOutcome.Conflict).ShouldBe(7);
    }

    [Fact]
    public async Task Activate_FromTwoProcesses_OneWins()
    {
        await using SqliteRevisionStore one = Open();
        await using SqliteRevisionStore two = Open();
        await DraftAsync(one, "a");
        await DraftAsync(two, "b");
        (await one.ActivateAsync(Deck, 1, null, null, Ada, Token)).IsDone.ShouldBeTrue();
        (await two.ActivateAsync(Deck, 2, null, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.Conflict);
    }

    [Fact]
    public async Task Reopened_HoldsEverything_AndANewerSchemaIsRefused()
    {
        await using (SqliteRevisionStore store = Open()) await ActivateNewAsync(store, "one");
        await using (SqliteRevisionStore store = Open()) (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(1);
        using (SqliteDatabase database = SqliteDatabase.OpenForWriting(ConfigFile)) database.Execute("PRAGMA user_version = 99");
        Should.Throw<InvalidOperationException>(Open).Message.ShouldContain("newer Crosspoint");
        await File.WriteAllTextAsync(ConfigFile, new string('x', 10_000), Token);
        Should.Throw<InvalidOperationException>(Open).Message.ShouldContain("config.db cannot be used");
    }

    [Fact]
    public async Task Names_ThatAreNone_AreRefused()
    {
        await using SqliteRevisionStore store = Open();
        foreach (string name in new[] { "", "a/b", "a b", new string('x', 101) })
            await Should.ThrowAsync<ArgumentException>(async () => await store.PutDraftAsync(new("deck", name), default, null, Ada, Token));
        await Should.ThrowAsync<ArgumentException>(async () => await store.PutDraftAsync(Deck, default, null, new(""), Token));
        await Should.ThrowAsync<ArgumentException>(async () => await store.PutDraftAsync(Deck, default, null, new("a", new string('n', 501)), Token));
    }

    [Fact]
    public async Task KilledProcess_AtAnyMoment_LosesNothingAcknowledged_AndTheRecordTellsTheSame()
    {
        var random = new Random(11);
        var acknowledged = new Dictionary<long, string>();
        for (int round = 0; round < 4; round++)
        {
            using Process child = StartChild();
            int lines = random.Next(20, 200);
            try
            {
                for (int i = 0; i < lines; i++) Note((await ReadLineAsync(child)).ShouldNotBeNull("the child ended by itself"));
            }
            finally
            {
                child.Kill();
            }

            string rest = await child.StandardOutput.ReadToEndAsync(Token);
            foreach (string line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)) Note(line);
            await child.WaitForExitAsync(Token);
            await CheckAsync(acknowledged);
        }

        void Note(string line) => acknowledged[long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)] = line.Split(' ')[0];
    }

    [Fact]
    public async Task FailedFsync_IsToldAsUnknown_AndNothingIsTakenAfterIt()
    {
        string library = await FaultyDisk.BuildAsync(Root, Token);
        string trigger = Path.Combine(Root, "fail-now");
        var acknowledged = new Dictionary<long, string>();
        using Process child = StartChild(("LD_PRELOAD", library), (FaultyDisk.Variable, trigger));
        try
        {
            for (int i = 0; i < 20; i++) Note((await ReadLineAsync(child))!);
            await File.WriteAllTextAsync(trigger, "", Token);
            while (await ReadLineAsync(child) is { } line) Note(line);
            await child.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(30), Token);
        }
        finally
        {
            if (!child.HasExited) child.Kill();
        }

        child.ExitCode.ShouldBe(3, "the outcome is unknown");
        await CheckAsync(acknowledged);

        void Note(string line) => acknowledged[long.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)] = line.Split(' ')[0];
    }

    [Fact]
    public async Task FullDisk_IsToldAndNothingIsHalfDone_AndItGoesOnWhenThereIsSpace()
    {
        using SmallDisk disk = SmallDisk.Mount(Root, megabytes: 12);
        await using SqliteRevisionStore store = SqliteRevisionStore.Open(Path.Combine(disk.Path, "config.db"), Time);
        await ActivateNewAsync(store, "one");
        disk.Fill();
        RevisionChange refused = await store.PutDraftAsync(Deck, new byte[2_000_000], null, Ada, Token);
        refused.Outcome.ShouldBe(RevisionOutcome.Unavailable);
        refused.Detail.ShouldContain("no space");
        (await store.HeadAsync(Deck, Token)).InForce!.Number.ShouldBe(1);
        (await store.ListAsync(Deck, 0, 10, Token)).Count.ShouldBe(1);
        disk.Empty(extraMegabytes: 20);
        await ActivateNewAsync(store, "two");
        (await store.ListAuditAsync(new(Limit: 10), Token)).Count.ShouldBe(4);
    }

    private static async Task<string[]> Lines(SqliteRevisionStore store) =>
        [.. (await store.ListAuditAsync(new(), Token)).Select(static e => $"{e.By} {e.Action} {e.Resource} {e.Note}")];

    private SqliteRevisionStore Open() => SqliteRevisionStore.Open(ConfigFile, Time);

    private static async Task<Revision> DraftAsync(SqliteRevisionStore store, string payload) =>
        (await store.PutDraftAsync(Deck, Encoding.UTF8.GetBytes(payload), null, Ada, Token)).Revision!;

    private static async Task ActivateNewAsync(SqliteRevisionStore store, string payload)
    {
        Revision draft = await DraftAsync(store, payload);
        (await store.ActivateAsync(Deck, draft.Number, null, null, Ada, Token)).Outcome.ShouldBe(RevisionOutcome.Done);
    }

    private Process StartChild(params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, Environment = { [RevisionChild.Variable] = ConfigFile } };
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static async Task<string?> ReadLineAsync(Process child) =>
        await child.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), Token);

    private async Task CheckAsync(Dictionary<long, string> acknowledged)
    {
        await using SqliteRevisionStore store = SqliteRevisionStore.Open(ConfigFile, TimeProvider.System);
        Dictionary<long, Revision> revisions = (await store.ListAsync(Deck, 0, int.MaxValue, Token)).ToDictionary(r => r.Number);
        IReadOnlyList<AuditEntry> audit = await store.ListAuditAsync(new("deck", "north-1"), Token);
        var lines = audit.Select(e => (e.Action, e.To)).ToHashSet();
        long last = 0;
        foreach ((long number, string action) in acknowledged)
        {
            revisions.ShouldContainKey(number);
            lines.ShouldContain((action, number));
            if (action == "activate") last = Math.Max(last, number);
            (await store.ReadAsync(Deck, number, Token)).ShouldBe(RevisionChild.PayloadOf(Deck, number));
        }

        // The record and the revisions are one: what was activated has its line, and the other way round.
        RevisionHead head = await store.HeadAsync(Deck, Token);
        head.LastActivated.ShouldBeGreaterThanOrEqualTo(last);
        head.InForce!.Number.ShouldBe(head.LastActivated);
        revisions.Values.Where(r => r.State != RevisionState.Draft).Select(r => r.Number).Order()
            .ShouldBe(audit.Where(e => e.Action == "activate").Select(e => e.To).Order());
        revisions.Keys.Order().ShouldBe(audit.Where(e => e.Action == "draft").Select(e => e.To).Order());
        using SqliteDatabase database = SqliteDatabase.OpenForReading(ConfigFile);
        database.QueryText("PRAGMA integrity_check").ShouldBe("ok");
    }
}
