using System.Text.RegularExpressions;
using System.Xml.Linq;
using Crosspoint.TestKit;

namespace Crosspoint.Architecture.Tests;

/// <summary>Holds project references and using lines against the table of allowed arrows in docs/architecture.md.</summary>
public sealed partial class ArrowTests
{
    private static readonly Dictionary<string, string[]> ProjectArrows = new()
    {
        ["Crosspoint.Sms"] = [],
        ["Crosspoint.Smpp"] = [],
        ["Crosspoint.Engine"] = ["Crosspoint.Sms", "Crosspoint.Smpp"],
        ["Crosspoint.Storage"] = ["Crosspoint.Engine"],
        ["Crosspoint.RabbitMq"] = ["Crosspoint.Engine"],
        ["Crosspoint.Server"] = ["Crosspoint.Engine", "Crosspoint.Storage", "Crosspoint.RabbitMq"],
        ["Crosspoint.Simulator"] = ["Crosspoint.Smpp", "Crosspoint.Sms"],
        ["Crosspoint.Cli"] = ["Crosspoint.Server", "Crosspoint.Simulator"],
    };

    private static readonly Dictionary<string, string[]> EngineArrows = new()
    {
        ["Messages"] = [],
        ["Accounts"] = ["Messages", "Limits"],
        ["Stores"] = ["Messages"],
        ["Events"] = ["Messages", "Stores"],
        ["Rating"] = ["Messages", "Stores"],
        ["Quality"] = ["Messages"],
        ["Health"] = ["Messages", "Quality"],
        ["Routing"] = ["Messages", "Accounts", "Numbers", "Rating", "Quality", "Health", "Vendors"],
        ["Chaos"] = ["Messages", "Health", "Limits", "Routing", "Vendors"],
        ["Incidents"] = ["Messages", "Health"],
        ["Alerts"] = ["Messages", "Health", "Incidents"],
        ["Notifiers"] = ["Messages", "Incidents", "Alerts", "Webhooks"],
        ["Vendors"] = ["Messages"],
        ["Webhooks"] = ["Messages", "Accounts", "Stores"],
        ["Customers"] = ["Messages", "Accounts", "Stores"],
        ["Monitoring"] = ["Messages", "Webhooks", "Customers"],
        ["Retries"] = ["Messages", "Vendors"],
        ["Receipts"] = ["Messages", "Accounts", "Stores", "Vendors", "Monitoring"],
        ["Limits"] = ["Messages"],
        ["Numbers"] = ["Limits"],
        ["Dispatch"] = ["Messages", "Accounts", "Health", "Limits", "Retries", "Stores", "Rating", "Routing", "Vendors", "Webhooks", "Monitoring", "Receipts"],
        ["Intake"] = ["Messages", "Accounts", "Numbers", "Limits", "Stores", "Webhooks", "Monitoring", "Dispatch"],
    };

    [Fact]
    public void ProjectReferences_AreThoseOfTheTable()
    {
        foreach (string file in Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories))
        {
            string project = Path.GetFileNameWithoutExtension(file);
            ProjectArrows.ShouldContainKey(project, "a new project needs its line in the table, and the rule in docs/architecture.md");
            string[] references = [.. XDocument.Load(file).Descendants("ProjectReference").Select(e => Path.GetFileNameWithoutExtension(e.Attribute("Include")!.Value))];
            references.Except(ProjectArrows[project]).ShouldBeEmpty($"{project} may not refer to these");
        }
    }

    [Fact]
    public void Libraries_UseTheBaseLibraryAlone()
    {
        PackagesOf("Crosspoint.Sms").ShouldBeEmpty();
        PackagesOf("Crosspoint.Smpp").ShouldBe(["Microsoft.Extensions.Logging.Abstractions"]);
    }

    [Fact]
    public void EngineFolders_UseOnlyTheFoldersOfTheTable()
    {
        string engine = Repository.PathOf("src", "Crosspoint.Engine");
        foreach (string folder in Directory.GetDirectories(engine).Select(path => Path.GetFileName(path)!).Where(
            name => name is not ("bin" or "obj")))
        {
            EngineArrows.ShouldContainKey(folder, "a new folder needs its line in the table");
            foreach (string file in Directory.GetFiles(Path.Combine(engine, folder), "*.cs", SearchOption.AllDirectories))
            {
                foreach (Match match in EngineUse().Matches(File.ReadAllText(file)))
                {
                    string used = match.Groups[1].Value;
                    if (used != folder) EngineArrows[folder].ShouldContain(used, $"{Path.GetRelativePath(engine, file)} uses {used}");
                }
            }
        }
    }

    [Fact]
    public void Namespaces_AreTheFolders()
    {
        string source = Repository.PathOf("src");
        foreach (string file in SourceFiles("src"))
        {
            string text = File.ReadAllText(file);
            Match match = NamespaceLine().Match(text);
            if (!match.Success) continue;
            string folder = Path.GetDirectoryName(Path.GetRelativePath(source, file))!.Replace(Path.DirectorySeparatorChar, '.');
            match.Groups[1].Value.ShouldBe(folder, Path.GetRelativePath(source, file));
        }
    }

    [Fact]
    public void Files_StayUnder800Lines()
    {
        foreach (string file in SourceFiles("src").Concat(SourceFiles("tests")).Concat(SourceFiles("bench")))
            File.ReadLines(file).Count().ShouldBeLessThanOrEqualTo(800, file);
    }

    [Fact]
    public void LogEventIds_AreUnique()
    {
        var seen = new Dictionary<string, string>();
        foreach (string file in SourceFiles("src"))
        {
            foreach (Match match in LogEvent().Matches(File.ReadAllText(file)))
            {
                string place = $"{Path.GetFileName(file)}: {match.Value}";
                seen.TryGetValue(match.Groups[1].Value, out string? other).ShouldBeFalse($"{place} repeats {other}");
                seen[match.Groups[1].Value] = place;
            }
        }

        seen.ShouldNotBeEmpty();
    }

    private static IEnumerable<string> SourceFiles(string top) =>
        Directory.EnumerateFiles(Repository.PathOf(top), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string[] PackagesOf(string project) =>
        [.. XDocument.Load(Repository.PathOf("src", project, $"{project}.csproj")).Descendants("PackageReference").Select(e => e.Attribute("Include")!.Value)];

    // A using line, or a qualified name in the code: both are arrows.
    [GeneratedRegex(@"Crosspoint\.Engine\.([A-Z]\w+)")]
    private static partial Regex EngineUse();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"LoggerMessage\(\s*(\d+)")]
    private static partial Regex LogEvent();
}
