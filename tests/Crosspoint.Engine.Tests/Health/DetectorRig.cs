using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Health;

/// <summary>A detector with even traffic whose figures a test sets: answers after 50 ms, receipts after 2 to 8 s.</summary>
internal sealed class DetectorRig
{
    public const long Second = 1_000_000;
    private const long Tick = Second / 4;
    public static readonly HealthCell Cell = new("north-1", "DE", NetworkId.Unknown, null);

    private readonly PriorityQueue<(bool IsDelivered, long SentAt), long> _receipts = new();
    private readonly List<HealthSignal> _signals = [];
    private Draws _draws = new(17);
    private double _due;

    private readonly DetectionOptions _options;

    public DetectorRig(DetectionOptions? options = null, CellUsual? usual = null) => Detector = new(Cell, _options = options ?? new(), usual);

    public CellDetector Detector { get; private set; }

    public long Now { get; private set; } = 1_700_000_000 * Second;

    /// <summary>Seconds from a segment to its answer, give or take half of it.</summary>
    public double Response { get; set; } = 0.05;

    public double Refused { get; set; } = 0.01;

    public uint Status { get; set; } = 0x0B;

    public double Throttled { get; set; }

    public double Unanswered { get; set; }

    public double Undelivered { get; set; } = 0.05;

    public double Receipts { get; set; } = 0.95;

    public double Slower { get; set; } = 1;

    /// <summary>Seconds; 0 for honest ones.</summary>
    public double FakedAfter { get; set; }

    public double Confirmed { get; set; }

    /// <summary>Nothing is answered any more.</summary>
    public bool IsDead { get; set; }

    /// <summary>Plays some seconds, and hands out what was told in them.</summary>
    public List<HealthSignal> Play(double seconds, double rate)
    {
        _signals.Clear();
        long end = Now + (long)(seconds * Second);
        while (Now < end)
        {
            Now += Tick;
            for (_due += rate / 4; _due >= 1; _due--) Submit();
            while (_receipts.TryPeek(out (bool IsDelivered, long SentAt) receipt, out long at) && at <= Now)
            {
                _receipts.Dequeue();
                Detector.Ended(receipt.IsDelivered, at - receipt.SentAt, Now);
            }

            Detector.Turn(Now, _signals);
        }

        return [.. _signals];
    }

    /// <summary>The cell carries nothing for so long that its detector goes, and another one takes its place with what is known.</summary>
    public void Idle(double seconds)
    {
        CellMemory? memory = Detector.Memory;
        _receipts.Clear();
        Now += (long)(seconds * Second);
        Detector = new(Cell, _options, null, memory?.Aged(Now));
    }

    private void Submit()
    {
        Detector.Submitted(Now - (Tick / 2));
        if (IsDead) return;
        long took = (long)(Second * Response * (0.5 + _draws.Next()));
        double luck = _draws.Next();
        AnswerKind kind = luck < Throttled ? AnswerKind.Throttled : luck < Throttled + Refused ? AnswerKind.Refused
            : luck < Throttled + Refused + Unanswered ? AnswerKind.Unanswered : AnswerKind.Accepted;
        Detector.Answered(kind, kind == AnswerKind.Refused ? Status : 0, took, Now);
        if (kind != AnswerKind.Accepted) return;
        Detector.Sent(Now);
        if (_draws.Next() < Confirmed) Detector.Feedback(isConfirmed: true, Now);
        if (_draws.Next() >= Receipts) return;
        double after = FakedAfter > 0 ? FakedAfter : (2 + (6 * _draws.Next())) * Slower;
        _receipts.Enqueue((_draws.Next() >= Undelivered, Now), Now + (long)(after * Second));
    }
}
