using BenchmarkDotNet.Running;
using Crosspoint.Benchmarks;

switch (args.FirstOrDefault())
{
    case "budgets":
        return BudgetCheck.Run(args.ElementAtOrDefault(1) ?? "bench/budgets.json");
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
