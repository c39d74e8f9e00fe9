using BenchmarkDotNet.Running;
using Crosspoint.Benchmarks.Storage;

switch (args.FirstOrDefault())
{
    case "journal":
        await JournalBenchmark.RunAsync(args[1..]);
        break;
    case "journal-layouts":
        JournalLayouts.Run(args[1..]);
        break;
    case "journal-steady":
        await JournalBenchmark.RunSteadyAsync(args[1..]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        break;
}
