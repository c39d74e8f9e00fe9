using BenchmarkDotNet.Running;
using Crosspoint.Benchmarks;
using Crosspoint.Benchmarks.Health;
using Crosspoint.Benchmarks.Rating;
using Crosspoint.Benchmarks.Routing;
using Crosspoint.Benchmarks.Storage;
using Crosspoint.Benchmarks.Webhooks;

switch (args.FirstOrDefault())
{
    case "budgets":
        return BudgetCheck.Run(args.ElementAtOrDefault(1) ?? "bench/budgets.json");
    case "health":
        HealthPage.Run(args[1..]);
        return 0;
    case "health-history":
        await HistoryResults.RunAsync();
        return 0;
    case "journal":
        await JournalBenchmark.RunAsync(args[1..]);
        return 0;
    case "journal-events":
        await EventLogBenchmark.RunAsync(args[1..]);
        return 0;
    case "journal-large":
        await JournalBenchmark.RunLargeAsync(args[1..]);
        return 0;
    case "journal-layouts":
        JournalLayouts.Run(args[1..]);
        return 0;
    case "journal-search":
        await SearchBenchmark.RunAsync(args[1..]);
        return 0;
    case "journal-steady":
        await JournalBenchmark.RunSteadyAsync(args[1..]);
        return 0;
    case "rates":
        await RateDeckBenchmark.RunAsync(args[1..]);
        return 0;
    case "routing":
        await RoutingTable.RunAsync(args[1..]);
        return 0;
    case "routing-decisions":
        RoutingTable.RunDecisions(args[1..]);
        return 0;
    case "webhooks":
        await WebhookBenchmark.RunAsync(args[1..]);
        return 0;
    case "webhooks-endpoints":
        await WebhookBenchmark.RunEndpointsAsync(args[1..]);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
