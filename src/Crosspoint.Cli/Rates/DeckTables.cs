using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli.Rates;

/// <summary>Decks, revisions and their differences as tables.</summary>
internal static class DeckTables
{
    public static void ShowDecks(JsonNode list)
    {
        Table table = ConsoleTable.With("connection", "source", "in force", "since", "rows", "currencies", "next change", "scheduled");
        foreach (JsonNode? deck in list["decks"]!.AsArray())
        {
            ConsoleTable.Add(
                table, deck!["connection"], deck["source"], deck["in_force"]?["revision"], ConsoleTable.Moment(deck["in_force"]?["valid_from"]), deck["rows"],
                string.Join(' ', deck["currencies"]!.AsArray()), ConsoleTable.Moment(deck["next_change"]),
                string.Join(", ", deck["scheduled"]!.AsArray().Select(static r => $"{r!["revision"]} from {ConsoleTable.Moment(r["valid_from"])}")));
        }

        ConsoleTable.Write(table);
    }

    public static void ShowDiff(JsonNode diff)
    {
        Table totals = ConsoleTable.With("dearer", "cheaper", "new", "gone", "unchanged", "mean rise", "mean fall");
        ConsoleTable.Add(
            totals, diff["dearer"], diff["cheaper"], diff["new"], diff["gone"], diff["unchanged"], $"{diff["mean_rise_percent"]} %", $"{diff["mean_fall_percent"]} %");
        ConsoleTable.Write(totals);
        if (diff["not_comparable"]!.GetValue<int>() > 0)
            AnsiConsole.WriteLine($"{diff["not_comparable"]} are in two currencies of which one has no known price.");
        Table changes = ConsoleTable.With("change", "destination", "before", "after", $"by, {diff["base_currency"]}", "percent");
        foreach ((string list, string word) in new[] { ("largest_rises", "dearer"), ("largest_falls", "cheaper"), ("first_new", "new"), ("first_gone", "gone") })
        {
            foreach (JsonNode? change in diff[list]!.AsArray())
            {
                ConsoleTable.Add(
                    changes, word, change!["destination"], $"{change["before"]} {change["before_currency"]}", $"{change["after"]} {change["after_currency"]}",
                    change["before"] is null || change["after"] is null ? "" : change["change"], change["percent"]);
            }
        }

        if (changes.Rows.Count > 0) ConsoleTable.Write(changes);
    }
}
