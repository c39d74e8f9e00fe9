using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Crosspoint.Cli.Bench.Learning;

/// <summary>
/// <c>crosspoint bench learning</c>: what is learned from receipts and feedback, on scenarios whose truth is known, against fixed order, least
/// cost, and an oracle that knows it.
/// </summary>
internal static class LearningBench
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        var scenario = new Option<string[]>("--scenario") { Description = "One of the list, or several", AllowMultipleArgumentsPerToken = false };
        var messages = new Option<int>("--messages") { Description = "Messages of each run", DefaultValueFactory = _ => 200_000 };
        var seeds = new Option<int>("--seeds") { Description = "Runs of each scenario, each with its own luck", DefaultValueFactory = _ => 5 };
        var explore = new Option<double>("--explore") { Description = "Share of the messages that may try another vendor, 0 to 1", DefaultValueFactory = _ => 0.05 };
        var json = new Option<bool>("--json") { Description = "For programs" };
        messages.RequireAtLeast(1000);
        seeds.RequireAtLeast(1);
        explore.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1)) result.AddError("--explore: expected 0 to 1");
        });
        scenario.Validators.Add(static result =>
        {
            foreach (string name in result.GetValueOrDefault<string[]>() ?? [])
            {
                if (Market.All.All(market => market.Name != name))
                    result.AddError($"--scenario: expected one of {string.Join(", ", Market.All.Select(market => $"'{market.Name}'"))}");
            }
        });
        var command = new Command("learning", "Play scenarios of known truth: learned routing against fixed order, least cost and an oracle")
        {
            scenario, messages, seeds, explore, json,
        };
        command.SetAction(result => Run(
            result.GetValue(scenario) is { Length: > 0 } names ? names : [.. Market.All.Select(market => market.Name)],
            result.GetValue(messages),
            result.GetValue(seeds),
            result.GetValue(explore),
            result.GetValue(json)));
        return command;
    }

    private static int Run(string[] names, int messages, int seeds, double explore, bool asJson)
    {
        List<object> rows = [];
        if (!asJson) Console.WriteLine(Row("scenario", "choice", "delivered", "spend", "for the same money", "regret", "suspect"));
        foreach (Market market in Market.All.Where(market => names.Contains(market.Name)))
        {
            var results = Enum.GetValues<Choice>().Select(choice => Sum(market, choice, messages, seeds, explore)).ToList();
            LearningResult basis = results[(int)Choice.FixedOrder];
            double most = results[(int)Choice.Oracle].DeliveredPerThousand;
            foreach (LearningResult result in results)
            {
                double share = (double)result.Delivered / result.Messages;
                double equal = result.DeliveredPerThousand / basis.DeliveredPerThousand;
                double regret = 1 - (result.DeliveredPerThousand / most);
                rows.Add(new
                {
                    Scenario = market.Name,
                    Choice = JsonNamingPolicy.SnakeCaseLower.ConvertName(result.Choice.ToString()),
                    Messages = result.Messages,
                    Delivered = share,
                    SpendPerMessage = result.Spend / result.Messages / 1000,
                    DeliveredForTheSameMoney = equal,
                    Regret = regret,
                    Suspects = result.Suspects.Select(static vendor => $"vendor-{vendor}"),
                });
                if (asJson) continue;
                Console.WriteLine(Row(
                    market.Name, result.Choice.ToString(), share.ToString("P1", CultureInfo.InvariantCulture),
                    (result.Spend / result.Messages).ToString("F2", CultureInfo.InvariantCulture), equal.ToString("F3", CultureInfo.InvariantCulture),
                    regret.ToString("P1", CultureInfo.InvariantCulture), string.Join(' ', result.Suspects)));
            }
        }

        if (asJson) Console.WriteLine(JsonSerializer.Serialize(rows, Indented));
        return ExitCodes.Ok;
    }

    private static LearningResult Sum(Market market, Choice choice, int messages, int seeds, double explore)
    {
        List<LearningResult> results = [.. Enumerable.Range(1, seeds).Select(seed => new LearningRun(market, choice, messages, (ulong)seed, explore).Play())];
        int[] suspects = [.. results.SelectMany(static result => result.Suspects).Distinct().Order()];
        return new(choice, results.Sum(static result => result.Messages), results.Sum(static result => result.Delivered), results.Sum(static result => result.Spend), suspects);
    }

    private static string Row(string scenario, string choice, string delivered, string spend, string equal, string regret, string suspects) =>
        $"| {scenario,-16} | {choice,-12} | {delivered,9} | {spend,6} | {equal,18} | {regret,7} | {suspects,7} |";
}
