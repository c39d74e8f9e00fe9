using System.Diagnostics;

namespace Crosspoint.Server.Metrics;

/// <summary>What the process costs: processor time, memory, collections, threads.</summary>
internal sealed class ProcessMetrics(TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();

    public void Write(ref PrometheusText text)
    {
        using var process = Process.GetCurrentProcess();
        Counter(ref text, "crosspoint_process_cpu_seconds_total", "Processor time used", process.TotalProcessorTime.TotalSeconds);
        Gauge(ref text, "crosspoint_process_resident_memory_bytes", "Memory of the process", process.WorkingSet64);
        Gauge(ref text, "crosspoint_process_threads", "Threads of the process", process.Threads.Count);
        Gauge(ref text, "crosspoint_process_uptime_seconds", "Time since start", time.GetElapsedTime(_startedAt).TotalSeconds);
        Gauge(ref text, "crosspoint_process_gc_heap_bytes", "Managed heap", GC.GetTotalMemory(forceFullCollection: false));
        Counter(
            ref text, "crosspoint_process_gc_allocated_bytes_total", "Managed memory allocated", GC.GetTotalAllocatedBytes(precise: false));
        double pauses = GC.GetTotalPauseDuration().TotalSeconds;
        Counter(ref text, "crosspoint_process_gc_pause_seconds_total", "Time in which collections stopped everything", pauses);
        text.Head("crosspoint_process_gc_collections_total", "Collections by generation", MetricKind.Counter);
        for (int generation = 0; generation <= GC.MaxGeneration; generation++)
            text.Sample("crosspoint_process_gc_collections_total", "", $"generation=\"{generation}\"", "", GC.CollectionCount(generation));
        Gauge(ref text, "crosspoint_process_thread_pool_threads", "Threads of the pool", ThreadPool.ThreadCount);
        Gauge(ref text, "crosspoint_process_thread_pool_queued", "Work items that wait for a thread", ThreadPool.PendingWorkItemCount);
    }

    private static void Counter(ref PrometheusText text, string name, string help, double value)
    {
        text.Head(name, help, MetricKind.Counter);
        text.Sample(name, "", "", "", value);
    }

    private static void Gauge(ref PrometheusText text, string name, string help, double value)
    {
        text.Head(name, help, MetricKind.Gauge);
        text.Sample(name, "", "", "", value);
    }
}
