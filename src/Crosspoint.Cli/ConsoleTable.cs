using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary>Tables on the terminal.</summary>
internal static class ConsoleTable
{
    // Where no terminal says how wide it is, lines stay whole.
    private const int WidthOfFiles = 240;

    public static Table With(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }

    public static void Add(Table table, params object?[] cells) =>
        table.AddRow([.. cells.Select(static cell => Markup.Escape(cell?.ToString() ?? ""))]);

    public static void Write(Table table)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = WidthOfFiles;
        AnsiConsole.Write(table);
    }

    /// <summary>To the second, as tables have little room.</summary>
    public static string Moment(JsonNode? moment) => moment?.ToString() is { Length: >= 19 } text ? $"{text[..10]} {text[11..19]}Z" : "";
}
