using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Crosspoint.Engine.Numbers;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint numbers</c>: ported numbers are imported, listed and removed, networks listed.</summary>
internal static class NumbersCommand
{
    private static readonly string[] ColumnKinds = ["number", "from", "to", "prefix", "network", "mcc", "mnc"];

    public static Command Create(TimeProvider time) =>
        new("numbers", "Ported numbers and networks") { CreateImport(time), CreateSources(), CreateRemove(), CreateNetworks() };

    private static Option<string> ConfigOption() => new("--config", "-c") { Description = "The gateway's YAML file", Required = true };

    private static Command CreateImport(TimeProvider time)
    {
        var file = new Argument<string>("file") { Description = "CSV file in UTF-8, or gzip of one (.gz)" };
        Option<string> config = ConfigOption();
        var source = new Option<string>("--source") { Description = "Name of the source: lower-case letters, digits, hyphens, underscores", Required = true };
        var add = new Option<bool>("--add") { Description = "Add to what the source has, overriding it, instead of taking its place" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Read and check alone; nothing is written" };
        var column = new Option<string[]>("--column") { Description = $"KIND=COLUMN, by the header's name or from 1 on; kinds: {string.Join(", ", ColumnKinds)}" };
        var noHeader = new Option<bool>("--no-header") { Description = "The first line is a row" };
        var delimiter = new Option<string?>("--delimiter") { Description = "What stands between columns: one character, or tab; found by itself" };
        var callingCode = new Option<int>("--calling-code") { Description = "Numbers without a plus are national ones of this country calling code, without trunk prefix" };
        var name = new Option<string[]>("--name") { Description = "NAME=MCCMNC: what a name in the file stands for, such as an operator's code" };
        var names = new Option<string?>("--names") { Description = "File with a NAME=MCCMNC on each line" };
        var badRows = new Option<long>("--max-bad-rows") { Description = "Wrong rows that may be left out; with one more nothing is imported" };
        var errors = new Option<int>("--errors") { Description = "Wrong rows that are shown", DefaultValueFactory = _ => 100 };
        var command = new Command("import", "Make the index of a source of ported numbers; a running gateway takes it up within seconds")
        {
            file, config, source, add, dryRun, column, noHeader, delimiter, callingCode, name, names, badRows, errors,
        };
        source.Validators.Add(result => Check(result, PortedImport.IsSourceName(result.GetValueOrDefault<string>()), "1 to 50 lower-case letters, digits, hyphens and underscores"));
        delimiter.Validators.Add(result => Check(result, result.GetValueOrDefault<string?>() is null or "tab" or { Length: 1 }, "one character, or tab"));
        callingCode.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() is > 0 and < 1000, "a country calling code, 1 to 999"));
        badRows.Validators.Add(result => Check(result, result.GetValueOrDefault<long>() >= 0, "a number, 0 or more"));
        errors.Validators.Add(result => Check(result, result.GetValueOrDefault<int>() >= 0, "a number, 0 or more"));
        command.SetAction((result, cancellationToken) =>
        {
            if (Load(result.GetRequiredValue(config)) is not { } loaded) return Task.FromResult(ExitCodes.BadConfiguration);
            List<string> pairs = [.. result.GetValue(name) ?? []];
            try
            {
                if (result.GetValue(names) is { } namesFile)
                    pairs.AddRange(File.ReadAllLines(namesFile).Where(static line => line.Length > 0 && line[0] != '#'));
                if (!TryReadNames(pairs, out Dictionary<string, NetworkId> networks) || !TryReadColumns(result.GetValue(column) ?? [], out PortedColumns columns))
                    return Task.FromResult(ExitCodes.BadConfiguration);
                var options = new PortedImportOptions
                {
                    Directory = loaded.Engine.Numbers.Directory,
                    Source = result.GetRequiredValue(source),
                    File = result.GetRequiredValue(file),
                    IsAddition = result.GetValue(add),
                    IsDryRun = result.GetValue(dryRun),
                    Columns = columns,
                    HasHeader = !result.GetValue(noHeader),
                    Delimiter = result.GetValue(delimiter) is not { } text ? null : text == "tab" ? '\t' : text[0],
                    CallingCode = result.GetValue(callingCode),
                    Names = networks,
                    MostBadRows = result.GetValue(badRows),
                    MostErrors = result.GetValue(errors),
                };
                return Task.FromResult(Import(options, time, cancellationToken));
            }
            catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{error.Message} Nothing is imported.");
                return Task.FromResult(ExitCodes.Failed);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine("Stopped; nothing is imported.");
                return Task.FromResult(ExitCodes.Failed);
            }
        });
        return command;
    }

    private static int Import(PortedImportOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var progress = new ProgressLine();
        PortedImportResult result = PortedImport.Run(options, time, progress.Show, cancellationToken);
        progress.End();
        foreach (PortedRowError error in result.Errors) Console.Error.WriteLine($"{options.File}:{error.Line}: {error.Reason}: {error.Text}");
        if (result.BadRows > result.Errors.Count) Console.Error.WriteLine(Invariant($"{result.BadRows - result.Errors.Count:N0} more rows are wrong"));
        if (result.Problem.Length > 0)
        {
            Console.Error.WriteLine($"{options.File}: {result.Problem}");
            return ExitCodes.Failed;
        }

        string counts = Invariant($"{result.Rows:N0} rows, {result.BadRows:N0} of them wrong");
        foreach ((NetworkId network, long rows) in result.Networks.Take(10))
        {
            string name = !network.IsKnown ? "nothing is said of these numbers" : Networks.Find(network)?.Name ?? "not in the list of networks";
            Console.WriteLine(Invariant($"  {(network.IsKnown ? network.ToString() : "none"),-6} {rows,14:N0}  {name}"));
        }

        if (result.Networks.Count > 10) Console.WriteLine($"  and {result.Networks.Count - 10} more networks");
        if (result.IsImported)
        {
            Console.WriteLine(Invariant($"imported: {options.Source}: {counts}; {result.Entries:N0} entries, {result.Bytes:N0} bytes"));
            return ExitCodes.Ok;
        }

        bool isGood = result.BadRows <= options.MostBadRows;
        Console.WriteLine(options.IsDryRun ? $"dry run: {options.Source}: {counts}; nothing is written" : $"not imported: {options.Source}: {counts}; what was there before stands");
        return isGood ? ExitCodes.Ok : ExitCodes.Failed;
    }

    private static Command CreateSources()
    {
        Option<string> config = ConfigOption();
        var command = new Command("sources", "List what was imported") { config };
        command.SetAction(result =>
        {
            if (Load(result.GetRequiredValue(config)) is not { } loaded) return ExitCodes.BadConfiguration;
            string directory = loaded.Engine.Numbers.Directory;
            int code = ExitCodes.Ok;
            foreach (string name in PortedImport.SourcesIn(directory))
            {
                try
                {
                    using PortedIndex index = PortedIndex.Open(PortedImport.PathOf(directory, name));
                    string use = loaded.Engine.Numbers.Ported is { } asked && !asked.Contains(name) ? "  (not in numbers.ported)" : "";
                    Console.WriteLine(Invariant($"{name}  {index.Entries:N0} entries of {index.Rows:N0} rows, imported at {index.ImportedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}{use}"));
                }
                catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
                {
                    Console.Error.WriteLine($"{name}  {error.Message}");
                    code = ExitCodes.Failed;
                }
            }

            return code;
        });
        return command;
    }

    private static Command CreateRemove()
    {
        Option<string> config = ConfigOption();
        var source = new Argument<string>("source") { Description = "Name of the source" };
        var command = new Command("remove", "Remove a source; a running gateway leaves it out within seconds") { source, config };
        command.SetAction(result =>
        {
            if (Load(result.GetRequiredValue(config)) is not { } loaded) return ExitCodes.BadConfiguration;
            string name = result.GetRequiredValue(source);
            string path = PortedImport.PathOf(loaded.Engine.Numbers.Directory, name);
            if (!PortedImport.IsSourceName(name) || !File.Exists(path))
            {
                Console.Error.WriteLine($"There is no source '{name}' in {loaded.Engine.Numbers.Directory}.");
                return ExitCodes.Failed;
            }

            File.Delete(path);
            Console.WriteLine($"removed: {name}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command CreateNetworks()
    {
        var country = new Argument<string?>("country") { Description = "ISO 3166-1 code of two letters; all without it", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "Also those that are not, or not known to be, operational" };
        var command = new Command("networks", "List networks: MCC and MNC, the code that stands for the operator, countries, name, operator; tabs between them") { country, all };
        command.SetAction(result =>
        {
            string? code = result.GetValue(country)?.ToUpperInvariant();
            int count = 0;
            foreach (Network network in Networks.All)
            {
                if ((code is not null && !network.Countries.Contains(code)) || (!network.IsOperational && !result.GetValue(all))) continue;
                count++;
                Console.WriteLine($"{network.Id}\t{network.Main}\t{string.Join('/', network.Countries)}\t{network.Name}\t{network.Operator}");
            }

            if (count > 0) return ExitCodes.Ok;
            Console.Error.WriteLine($"No network is known in '{code}'; expected an ISO 3166-1 code of two letters, such as DE.");
            return ExitCodes.Failed;
        });
        return command;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Check(OptionResult result, bool isRight, string expected)
    {
        if (!isRight) result.AddError($"{result.IdentifierToken?.Value}: expected {expected}");
    }

    private static GatewayConfig? Load(string file)
    {
        ConfigResult loaded = ConfigFile.Load(file);
        foreach (ConfigError error in loaded.Errors) Console.Error.WriteLine(error.ToString());
        return loaded.Config;
    }

    private static bool TryReadNames(List<string> pairs, out Dictionary<string, NetworkId> names)
    {
        names = new(StringComparer.OrdinalIgnoreCase);
        foreach (string pair in pairs)
        {
            int equals = pair.LastIndexOf('=');
            if (equals > 0 && NetworkId.TryParse(pair.AsSpan(equals + 1).Trim(), out NetworkId network) && names.TryAdd(pair[..equals].Trim(), network)) continue;
            Console.Error.WriteLine($"--name: '{pair}' is not right; expected NAME=MCCMNC, such as D001=26201, and each name once");
            return false;
        }

        return true;
    }

    private static bool TryReadColumns(string[] pairs, out PortedColumns columns)
    {
        columns = new();
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string kind = equals > 0 ? pair[..equals] : "";
            string column = pair[(equals + 1)..];
            columns = kind switch
            {
                "number" => columns with { Number = column },
                "from" => columns with { From = column },
                "to" => columns with { To = column },
                "prefix" => columns with { Prefix = column },
                "network" => columns with { Network = column },
                "mcc" => columns with { Mcc = column },
                "mnc" => columns with { Mnc = column },
                _ => columns,
            };
            if (ColumnKinds.Contains(kind) && column.Length > 0) continue;
            Console.Error.WriteLine($"--column: '{pair}' is not right; expected KIND=COLUMN with one of: {string.Join(", ", ColumnKinds)}");
            return false;
        }

        return true;
    }

    /// <summary>A line that is written over on a terminal, and one for each tenth elsewhere.</summary>
    private sealed class ProgressLine
    {
        private int _shown = -1;
        private PortedImportStep _step;

        public void Show(PortedImportProgress progress)
        {
            int percent = (int)(progress.Share * 100);
            bool isTerminal = !Console.IsErrorRedirected;
            int mark = isTerminal ? percent : percent / 10;
            if (mark == _shown && progress.Step == _step) return;
            (_shown, _step) = (mark, progress.Step);
            string text = Invariant($"{(progress.Step == PortedImportStep.Reading ? "reading" : "writing")} {percent,3} %  {progress.Rows:N0} rows, {progress.BadRows:N0} wrong");
            if (isTerminal) Console.Error.Write($"\r{text}   ");
            else Console.Error.WriteLine(text);
        }

        public void End()
        {
            if (!Console.IsErrorRedirected && _shown >= 0) Console.Error.WriteLine();
        }
    }
}
