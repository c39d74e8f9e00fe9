using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crosspoint.Simulator.Carriers;

/// <summary>An append-only file with one JSON line for each accepted submission; written a few milliseconds behind, in order.</summary>
internal sealed class SubmitLogFile : WheelEvent, IThreadPoolWorkItem, IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(20);

    // The disk does not keep up: whoever submits waits for it, rather than that memory fills.
    private const int Most = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _fileGate = new();
    private readonly FileStream _file;
    private readonly TimerWheel _wheel;
    private ArrayBufferWriter<byte> _filling = new(64 * 1024);
    private ArrayBufferWriter<byte> _writing = new(64 * 1024);
    private readonly Utf8JsonWriter _json;
    private bool _isScheduled;
    private bool _isDisposed;

    public SubmitLogFile(string path, TimerWheel wheel)
    {
        _wheel = wheel;
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? ".");
        _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
        _json = new Utf8JsonWriter(_filling, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Add(string carrier, SubmitEntry entry)
    {
        var isFull = false;
        lock (_gate)
        {
            if (_isDisposed) return;
            _json.Reset(_filling);
            SubmitJson.Write(_json, carrier, entry);
            _json.Flush();
            _filling.Write("\n"u8);
            isFull = _filling.WrittenCount > Most;
            if (!_isScheduled)
            {
                _isScheduled = true;
                _wheel.Schedule(this, Delay);
            }
        }

        if (isFull) Write();
    }

    public override void Fire() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public void Execute() => Write();

    public void Dispose()
    {
        lock (_gate) _isDisposed = true;
        Write();
        lock (_fileGate) _file.Dispose();
        _json.Dispose();
    }

    private void Write()
    {
        lock (_fileGate)
        {
            lock (_gate)
            {
                _isScheduled = false;
                (_filling, _writing) = (_writing, _filling);
            }

            if (_writing.WrittenCount > 0 && _file.CanWrite)
            {
                _file.Write(_writing.WrittenSpan);
                _file.Flush();
            }

            _writing.ResetWrittenCount();
        }
    }
}
