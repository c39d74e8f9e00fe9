using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Crosspoint.Benchmarks;

/// <summary>
/// Holds every benchmark that budgets.json names to the octets it may allocate, and prints a quick table of times beside them.
/// The octets decide; the times are for reading, and only their ratios mean something.
/// </summary>
internal static class BudgetCheck
{
    private const int MostAttempts = 3;

    // Long enough for the runtime to compile the method twice: quickly at first, then with all it knows.
    private const double WarmUpSeconds = 0.3;
    private const int Rounds = 5;
    private const double RoundSeconds = 0.02;
    private static readonly JsonSerializerOptions WebNames = new(JsonSerializerDefaults.Web);

    /// <returns>0 when every budget holds, 1 otherwise.</returns>
    public static int Run(string budgetsFile)
    {
        Budget[] budgets = JsonSerializer.Deserialize<Budget[]>(File.ReadAllText(budgetsFile), WebNames) ?? [];
        int held = 0;
        Console.WriteLine("| benchmark | ns a call (best of 5) | octets a call | budget |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (Budget budget in budgets)
        {
            // On a busy machine the optimized code may come late, and what it does without allocating the first code does with: what allocates does so again.
            bool isHeld = false;
            (double nanoseconds, double octets) = (0, 0);
            for (int attempt = 0; attempt < MostAttempts && !isHeld; attempt++)
            {
                (nanoseconds, octets) = Measure(budget.Benchmark);
                isHeld = octets <= budget.MaxAllocatedBytes + 0.01;
            }

            if (isHeld) held++;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {budget.Benchmark} | {nanoseconds:0.0} | {octets:0.##} | {budget.MaxAllocatedBytes}{(isHeld ? "" : " **broken**")} |"));
        }

        Console.WriteLine();
        Console.WriteLine($"budgets: {held} passed, {budgets.Length - held} failed");
        return held == budgets.Length && held > 0 ? 0 : 1;
    }

    private static (double Nanoseconds, double Octets) Measure(string benchmark)
    {
        string[] names = benchmark.Split('.');
        Type type = typeof(BudgetCheck).Assembly.GetTypes().SingleOrDefault(candidate => candidate.Name == names[0])
            ?? throw new InvalidOperationException($"budgets.json names {benchmark}, and there is no such class.");
        MethodInfo method = type.GetMethod(names[1])
            ?? throw new InvalidOperationException($"budgets.json names {benchmark}, and there is no such method.");
        object instance = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties())
        {
            if (property.GetCustomAttribute<ParamsAttribute>() is { } values) property.SetValue(instance, values.Values[0]);
        }

        foreach (MethodInfo setup in type.GetMethods().Where(candidate => candidate.GetCustomAttribute<GlobalSetupAttribute>() is not null))
            setup.Invoke(instance, null);
        MethodInfo measure = typeof(BudgetCheck).GetMethod(nameof(MeasureCalls), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(method.ReturnType);
        Delegate call = method.CreateDelegate(typeof(Func<>).MakeGenericType(method.ReturnType), instance);
        int operations = method.GetCustomAttribute<BenchmarkAttribute>() is { OperationsPerInvoke: > 1 } attribute
            ? attribute.OperationsPerInvoke
            : 1;
        (double nanoseconds, double octets) = ((double, double))measure.Invoke(null, [call])!;
        return (nanoseconds / operations, octets / operations);
    }

    private static (double Nanoseconds, double Octets) MeasureCalls<T>(Func<T> call)
    {
        long warm = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(warm).TotalSeconds < WarmUpSeconds) call();
        double best = double.MaxValue;
        double octets = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long calls = 0;
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            do
            {
                for (int i = 0; i < 1000; i++) call();
                calls += 1000;
            }
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < RoundSeconds);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls);
            octets = Math.Min(octets, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls);
        }

        return (best, octets);
    }

    private sealed record Budget(string Benchmark, long MaxAllocatedBytes);
}
