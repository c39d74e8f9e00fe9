using System.Globalization;
using System.Reflection;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The numbered migrations of a kind of file and how a file is brought to the newest. The version is
/// SQLite's <c>user_version</c>.
/// </summary>
internal sealed class SqliteSchema
{
    private readonly string[] _scripts;

    private SqliteSchema(string folder) => _scripts = ReadScripts($"Crosspoint.Storage.Migrations.{folder}.");

    /// <summary>Slices of the journal (Migrations/Sqlite).</summary>
    public static SqliteSchema Slices { get; } = new("Sqlite");

    /// <summary>The configuration with its revisions (Migrations/Config).</summary>
    public static SqliteSchema Config { get; } = new("Config");

    /// <summary>Incidents, alerts and silences (Migrations/Health).</summary>
    public static SqliteSchema Health { get; } = new("Health");

    /// <summary>Users of the console and their sessions (Migrations/Users).</summary>
    public static SqliteSchema Users { get; } = new("Users");

    public int Version => _scripts.Length;

    /// <exception cref="InvalidOperationException">The file is from a newer program.</exception>
    public void Check(SqliteDatabase database)
    {
        long version = database.QueryInt64("PRAGMA user_version");
        if (version <= Version) return;
        throw new InvalidOperationException(
            $"{database.Path} has schema version {version}, and this program knows {Version}: "
                + "it was written by a newer Crosspoint. Start that one instead.");
    }

    /// <summary>Applies what is missing, each migration in a transaction of its own. True when there was something to do.</summary>
    public bool Upgrade(SqliteDatabase database)
    {
        Check(database);
        int version = (int)database.QueryInt64("PRAGMA user_version");
        if (version == Version) return false;
        for (int next = version; next < Version; next++)
        {
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                database.Execute(_scripts[next]);
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {next + 1}"));
                database.Execute("COMMIT");
            }
            catch
            {
                if (database.IsInTransaction) database.Execute("ROLLBACK");
                throw;
            }
        }

        return true;
    }

    private static string[] ReadScripts(string prefix)
    {
        Assembly assembly = typeof(SqliteSchema).Assembly;
        string[] names = Array.FindAll(
            assembly.GetManifestResourceNames(), name => name.StartsWith(prefix, StringComparison.Ordinal));
        Array.Sort(names, StringComparer.Ordinal);
        var scripts = new string[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            if (int.Parse(names[i].AsSpan(prefix.Length, 4), CultureInfo.InvariantCulture) != i + 1)
            {
                throw new InvalidOperationException($"Migration {i + 1} is missing.");
            }
            using Stream stream = assembly.GetManifestResourceStream(names[i])!;
            using var reader = new StreamReader(stream);
            scripts[i] = reader.ReadToEnd();
        }

        return scripts;
    }
}
