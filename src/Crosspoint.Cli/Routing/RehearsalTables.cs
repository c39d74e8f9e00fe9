using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli.Routing;

/// <summary>The report of a rehearsal for people.</summary>
internal static class RehearsalTables
{
    private const int MostRows = 20;

    public static void Show(JsonNode report)
    {
        long messages = report["messages"]!.GetValue<long>();
        Console.WriteLine($"{Count(messages)} messages, {Count(report["segments"])} segments; {Count(report["moved"])} would go another way.");
        if (report["redacted"]!.GetValue<long>() > 0)
            Console.WriteLine($"The text of {Count(report["redacted"])} was removed: what rules say of the text does not fit them.");
        (JsonNode before, JsonNode after) = (report["before"]!, report["after"]!);
        Table sides = ConsoleTable.With("", "in force", "draft", "change");
        foreach ((string name, string words) in new[]
        {
            ("routed", "with a route"), ("no_route", "without a route"), ("denied", "denied"), ("unpriced", "without a price"),
            ("unmeasured", "of unmeasured quality"),
        })
        {
            long change = after[name]!.GetValue<long>() - before[name]!.GetValue<long>();
            sides.AddRow(words, Count(before[name]), Count(after[name]), change == 0 ? "" : Signed(change));
        }

        string currency = report["currency"]!.ToString();
        ConsoleTable.Add(sides, currency.Length > 0 ? $"cost, {currency}" : "cost, no prices", before["cost"], after["cost"], report["cost_change"]);
        sides.AddRow(
            "delivered, expected", Expected(before, "delivered"), Expected(after, "delivered"),
            $"{Signed(report["delivered_change"]!.GetValue<double>())} ± {Number(report["delivered_change_error"]!)}");
        ConsoleTable.Write(sides);
        if (messages == 0) return;
        ShowMoves(report["moves"]!.AsArray());
        ShowCountries(report["countries"]!.AsArray());
        ShowActual(report["actual"]!.AsArray());
        Console.WriteLine("± is what 95 of 100 such messages would keep to, while quality stays what it is now.");
    }

    private static void ShowMoves(JsonArray moves)
    {
        Table table = ConsoleTable.With("from", "to", "messages", "segments", "cost before", "cost after");
        JsonNode?[] changed = [.. moves.Where(static move => Place(move!, "from") != Place(move!, "to"))];
        foreach (JsonNode? move in changed.Take(MostRows))
            ConsoleTable.Add(table, Place(move!, "from"), Place(move!, "to"), Count(move!["messages"]), Count(move["segments"]), move["cost_before"], move["cost_after"]);
        if (changed.Length > 0) ConsoleTable.Write(table);
        More(changed.Length, "moves");
    }

    private static void ShowCountries(JsonArray countries)
    {
        Table table = ConsoleTable.With("country", "messages", "moved", "cost before", "cost after", "delivered", "by draft");
        foreach (JsonNode? country in countries.Take(MostRows))
        {
            (JsonNode before, JsonNode after) = (country!["before"]!, country["after"]!);
            string code = country["country"]!.ToString();
            ConsoleTable.Add(
                table, code.Length > 0 ? code : "unknown", Count(country["messages"]), Count(country["moved"]), before["cost"], after["cost"],
                Number(before["delivered"]!), Number(after["delivered"]!));
        }

        ConsoleTable.Write(table);
        More(countries.Count, "countries");
    }

    private static void ShowActual(JsonArray actual)
    {
        if (actual.Count == 0) return;
        Table table = ConsoleTable.With("taken in truth by", "messages", "delivered", "cost today", "without a price");
        foreach (JsonNode? one in actual)
        {
            string name = one!["connection"]!.ToString();
            ConsoleTable.Add(table, name.Length > 0 ? name : "(none)", Count(one["messages"]), Count(one["delivered"]), one["cost"], Count(one["unpriced"]));
        }

        ConsoleTable.Write(table);
    }

    private static void More(int count, string what)
    {
        if (count > MostRows) Console.WriteLine($"{count - MostRows} more {what}: see --json.");
    }

    private static string Place(JsonNode move, string end) =>
        move[end]?.ToString() ?? (move[$"{end}_outcome"]!.ToString() == "denied" ? "(denied)" : "(no route)");

    private static string Expected(JsonNode side, string name) => $"{Number(side[name]!)} ± {Number(side[$"{name}_error"]!)}";

    private static string Number(JsonNode number) => number.GetValue<double>().ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(JsonNode? number) => Count(number!.GetValue<long>());

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Signed(double number) => number.ToString("+#,0;-#,0;0", CultureInfo.InvariantCulture);
}
