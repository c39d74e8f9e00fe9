using System.Diagnostics;
using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Storage.Sqlite;

namespace Crosspoint.Benchmarks.Storage;

/// <summary>
/// The statements of a message's life against several table layouts, with stored forms made beforehand, so that only SQLite is measured.
/// <c>journal-layouts [directory] [lives] [group]</c>. The tables behind docs/adr/0002-journal-layout.md.
/// </summary>
internal static class JournalLayouts
{
    private static readonly TimeProvider Time = TimeProvider.System;

    private sealed record Layout(
        string Name,
        string Schema,
        string[] Insert,
        string[] Update,
        string? Correlate,
        int Padding = 156,
        int Page = 4096,
        bool IsOneBlob = false,
        bool IsHashed = false,
        bool IsCounting = false,
        bool IsInPlace = false);

    // The first idea: columns for what is searched, an index of what is open, a table of vendor ids.
    private const string Table =
        "CREATE TABLE messages (key INTEGER PRIMARY KEY, account INTEGER, recipient INTEGER, state INTEGER, open_until INTEGER, "
            + "head BLOB, progress BLOB);";
    private const string Insert = "INSERT INTO messages VALUES (?1, 1, ?5, ?2, ?3, ?6, ?4)";
    private const string Update = "UPDATE messages SET state = ?2, open_until = ?3, progress = ?4 WHERE key = ?1";
    private const string Open = "CREATE INDEX open ON messages (open_until) WHERE open_until IS NOT NULL;";
    private const string ById =
        "CREATE TABLE c (grp INTEGER, id TEXT, key INTEGER, segment INTEGER, PRIMARY KEY (grp, id, key, segment)) WITHOUT ROWID;";
    private const string CorrelateById = "INSERT INTO c VALUES (1, ?2, ?1, 0)";

    // What became of it: state in the stored form, vendor ids appended as hashes.
    private const string Lean =
        "CREATE TABLE messages (key INTEGER PRIMARY KEY, account INTEGER, recipient INTEGER, head BLOB, progress BLOB);";
    private const string InsertLean = "INSERT INTO messages VALUES (?1, 1, ?5, ?6, ?4)";
    private const string UpdateLean = "UPDATE messages SET progress = ?4 WHERE key = ?1";
    private const string Log = "CREATE TABLE c (seq INTEGER PRIMARY KEY, hash INTEGER, key INTEGER, segment INTEGER);";
    private const string Append = "INSERT INTO c (hash, key, segment) VALUES (?2, ?1, 0)";

    private static readonly Layout[] Layouts =
    [
        new("A first idea: columns, open index, vendor-id table", Table + Open + ById, [Insert], [Update], CorrelateById),
        new("A, vendor ids that count up", Table + Open + ById, [Insert], [Update], CorrelateById, IsCounting: true),
        new("A, 8 KiB pages", Table + Open + ById, [Insert], [Update], CorrelateById, Page: 8192),
        new("A, 16 KiB pages", Table + Open + ById, [Insert], [Update], CorrelateById, Page: 16384),
        new("A, not padded", Table + Open + ById, [Insert], [Update], CorrelateById, Padding: 0),
        new(
            "A, one blob",
            Table + Open + ById,
            ["INSERT INTO messages VALUES (?1, 1, ?5, ?2, ?3, NULL, ?4)"],
            [Update],
            CorrelateById,
            IsOneBlob: true),
        new(
            "A, head in a table of its own",
            "CREATE TABLE heads (key INTEGER PRIMARY KEY, account INTEGER, recipient INTEGER, head BLOB);"
                + "CREATE TABLE messages (key INTEGER PRIMARY KEY, state INTEGER, open_until INTEGER, progress BLOB);" + Open + ById,
            ["INSERT INTO heads VALUES (?1, 1, ?5, ?6)", "INSERT INTO messages VALUES (?1, ?2, ?3, ?4)"],
            [Update],
            CorrelateById),
        new("A, no open index", Table + ById, [Insert], [Update], CorrelateById),
        new(
            "A, vendor ids: rowid table with an index",
            Table + Open + "CREATE TABLE c (key INTEGER, grp INTEGER, id TEXT, segment INTEGER); CREATE INDEX ci ON c (grp, id);",
            [Insert],
            [Update],
            "INSERT INTO c (key, grp, id, segment) VALUES (?1, 1, ?2, 0)"),
        new(
            "A, vendor ids: 64-bit hash, WITHOUT ROWID",
            Table + Open + "CREATE TABLE c (hash INTEGER, key INTEGER, segment INTEGER, PRIMARY KEY (hash, key, segment)) WITHOUT ROWID;",
            [Insert],
            [Update],
            "INSERT INTO c VALUES (?2, ?1, 0)",
            IsHashed: true),
        new("A, vendor ids appended", Table + Open + Log, [Insert], [Update], Append, IsHashed: true),
        new("B: A, vendor ids appended, no open index", Table + Log, [Insert], [Update], Append, IsHashed: true),
        new("B, state in the stored form", Lean + Log, [InsertLean], [UpdateLean], Append, IsHashed: true),
        new(
            "B, progress in a table of its own, REPLACE",
            "CREATE TABLE heads (key INTEGER PRIMARY KEY, account INTEGER, recipient INTEGER, head BLOB);"
                + "CREATE TABLE messages (key INTEGER PRIMARY KEY, progress BLOB);" + Log,
            ["INSERT INTO heads VALUES (?1, 1, ?5, ?6)", "INSERT INTO messages VALUES (?1, ?4)"],
            ["REPLACE INTO messages VALUES (?1, ?4)"],
            Append,
            IsHashed: true),
        new(
            "C, chosen: B, state in the stored form, written in place",
            Lean + Log,
            [InsertLean],
            [],
            Append,
            IsHashed: true,
            IsInPlace: true),
        new("C, 8 KiB pages", Lean + Log, [InsertLean], [], Append, IsHashed: true, IsInPlace: true, Page: 8192),
        new("C, 16 KiB pages", Lean + Log, [InsertLean], [], Append, IsHashed: true, IsInPlace: true, Page: 16384),
        new("insert alone, nothing else", Lean, [InsertLean], [], null),
    ];

    public static void Run(string[] args)
    {
        string parent = args.Length > 0 ? args[0] : Path.GetTempPath();
        int lives = args.Length > 1 ? int.Parse(args[1]) : 200_000;
        int group = args.Length > 2 ? int.Parse(args[2]) : 1000;
        Console.WriteLine($"{lives} lives, {group} steps a commit");
        PrintSizes();
        Console.WriteLine("| layout | lives/s | µs CPU per life | log bytes per life | file bytes per life |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        foreach (Layout layout in Layouts)
        {
            if (args.Length > 3 && !layout.Name.Contains(args[3], StringComparison.Ordinal)) continue;
            Measure(layout, parent, lives, group / MessageLife.Steps);
        }
    }

    private static void PrintSizes()
    {
        MessageId id = new(MessageId.FirstKeyAt(1_795_000_000_000), 1234);
        var buffer = new MessageBuffer();
        Message first = MessageLife.After(1, id, 1_795_000_000_000_000, "+4915112345678", "");
        MessageCodec.WriteHead(first.Head, buffer);
        Console.WriteLine($"head: {buffer.Length} octets; room of a new row: {RowRoom.Estimate(first)}");
        for (int steps = 1; steps <= MessageLife.Steps; steps++)
        {
            buffer.Clear();
            MessageCodec.WriteProgress(MessageLife.After(steps, id, 1_795_000_000_000_000, "+4915112345678", "9e3779b97f"), buffer, 0);
            Console.WriteLine($"progress after step {steps}: {buffer.Length} octets");
        }
    }

    private static void Measure(Layout layout, string parent, int lives, int block)
    {
        DirectoryInfo directory = Directory.CreateDirectory(Path.Combine(parent, "journal-layouts"));
        try
        {
            string path = Path.Combine(directory.FullName, "layout.db");
            using SqliteDatabase database = SqliteDatabase.OpenForWriting(path);
            database.Execute(
                $"PRAGMA page_size = {layout.Page}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                    + "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384;");
            database.Execute(layout.Schema);
            SqliteStatement begin = database.Prepare("BEGIN IMMEDIATE");
            SqliteStatement commit = database.Prepare("COMMIT");
            SqliteStatement[] insert = [.. layout.Insert.Select(database.Prepare)];
            SqliteStatement[] update = [.. layout.Update.Select(database.Prepare)];
            SqliteStatement? correlate = layout.Correlate is null ? null : database.Prepare(layout.Correlate);
            bool hasState = layout.Schema.Contains("open_until", StringComparison.Ordinal);
            long now = 1_795_000_000_000_000;
            MessageId id = new(MessageId.FirstKeyAt(now / 1000), 1234);
            var forms = new byte[MessageLife.Steps][];
            var buffer = new MessageBuffer();
            MessageCodec.WriteHead(MessageLife.After(1, id, now, "+4915112345678", "").Head, buffer);
            byte[] head = buffer.Written.ToArray();
            for (int i = 0; i < forms.Length; i++)
            {
                buffer.Clear();
                int variable = !hasState ? 0 : i < MessageLife.Steps - 1 ? sizeof(long) + 1 : 1;
                MessageCodec.WriteProgress(
                    MessageLife.After(i + 1, id, now, "+4915112345678", "9e3779b97f"), buffer, layout.Padding - variable);
                if (layout.IsOneBlob) MessageCodec.WriteHead(MessageLife.After(1, id, now, "+4915112345678", "").Head, buffer);
                forms[i] = buffer.Written.ToArray();
            }

            SqliteBlob? blob = null;
            long pages = 0;
            long logPages = 0;
            database.TakePagesWritten();
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            long started = Time.GetTimestamp();
            int blocks = lives / block;
            for (int at = 0; at < blocks + 3; at++)
            {
                begin.Run();
                for (int step = 0; step < MessageLife.Steps; step++)
                {
                    int from = (at - step) * block;
                    if (from < 0 || at - step >= blocks) continue;
                    for (int i = from; i < from + block; i++)
                    {
                        long key = id.Key + i * 4L;
                        foreach (SqliteStatement statement in step == 0 ? insert : update)
                        {
                            statement.Bind(1, key);
                            if (hasState && (insert.Length == 1 || statement != insert[0]))
                            {
                                statement.Bind(2, step == 0 ? 3 : step == 1 ? 4 : 5L);
                                if (step < 3) statement.Bind(3, now + 14_400_000_000 + i);
                                else statement.BindNull(3);
                            }

                            if (statement != insert[0] || insert.Length == 1) statement.Bind(4, forms[step]);

                            if (step == 0)
                            {
                                if (statement == insert[0]) statement.Bind(5, i * 2_654_435_761L & 0xFFFF_FFFF);
                                if (statement == insert[0] && !layout.IsOneBlob) statement.Bind(6, head);
                            }

                            statement.Run();
                        }

                        if (layout.IsInPlace && step > 0)
                        {
                            if (blob is null) blob = database.OpenBlob("messages", "progress", key);
                            else blob.Move(key);
                            blob.Write(forms[step]);
                        }

                        if (step != 1 || correlate is null) continue;
                        ulong vendor = layout.IsCounting ? 5_000_000_000 + (ulong)i : (ulong)i * 0x9E37_79B9_7F4A_7C15 >> 24;
                        correlate.Bind(1, key);
                        if (layout.IsHashed) correlate.Bind(2, (long)(vendor * 0x9E37_79B9_7F4A_7C15));
                        else correlate.Bind(2, vendor.ToString("x", CultureInfo.InvariantCulture));
                        correlate.Run();
                    }
                }

                blob?.Dispose();
                blob = null;
                commit.Run();
                int written = database.TakePagesWritten();
                pages += written;
                logPages += written;
                if (logPages * layout.Page < 64 << 20) continue;
                database.Checkpoint(truncate: false);
                database.TakePagesWritten();
                logPages = 0;
            }

            TimeSpan took = Time.GetElapsedTime(started);
            cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            lives = blocks * block;
            database.Checkpoint(truncate: true);
            Console.WriteLine(
                $"| {layout.Name} | {lives / took.TotalSeconds:F0} | {cpu.TotalMicroseconds / lives:F1} "
                    + $"| {pages * (layout.Page + 24) / lives} | {new FileInfo(path).Length / lives} |");
            foreach (SqliteStatement statement in insert.Concat(update).Append(begin).Append(commit)) statement.Dispose();
            correlate?.Dispose();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
