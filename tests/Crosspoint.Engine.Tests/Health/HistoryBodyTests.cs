using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Tests.Health;

public sealed class HistoryBodyTests
{
    private readonly MessageBuffer _buffer = new();

    [Fact]
    public void Write_AndAdd_IsTheSame_FieldByField()
    {
        IntervalSum sum = Busy(seed: 1);
        byte[] body = HistoryBody.Write(sum, _buffer);
        var read = new IntervalSum();
        HistoryBody.AddTo(body, read);
        Same(read, sum);
        body.Length.ShouldBeLessThan(160);
    }

    [Fact]
    public void Merge_IsTheSumOfBoth()
    {
        IntervalSum all = Busy(seed: 1);
        Busy(seed: 2, all);
        byte[] merged = new HistoryMerger().Merge(HistoryBody.Write(Busy(seed: 1), _buffer), HistoryBody.Write(Busy(seed: 2), _buffer));
        var read = new IntervalSum();
        HistoryBody.AddTo(merged, read);
        Same(read, all);
    }

    [Fact]
    public void Write_Nothing_IsEmpty_AndMessagesSentAreNotInIt()
    {
        var sum = new IntervalSum();
        HistoryBody.Write(sum, _buffer).ShouldBeEmpty();
        sum.Counts[CellCounts.Sent] = 5;
        HistoryBody.Write(sum, _buffer).ShouldBeEmpty();
        new HistoryMerger().Take().ShouldBeEmpty();
    }

    [Fact]
    public void Write_StoredForm_IsAsItWas()
    {
        var sum = new IntervalSum { Cost = 300 };
        sum.Counts[CellCounts.Submitted] = 7;
        sum.Counts[CellCounts.Accepted] = 200;
        sum.AddStatus(0x58, 3);
        sum.AddStatus(null, 1);
        sum.Responses[20] = 4;
        sum.Responses[22] = 1;
        Convert.ToHexString(HistoryBody.Write(sum, _buffer)).ShouldBe("01" + "8316" + "07" + "C801" + "D804" + "02" + "5903" + "0001" + "1403" + "040001");
    }

    [Fact]
    public void Add_AnyCutOrChangedBody_ThrowsThatItIsDamaged_OrIsRead()
    {
        byte[] body = HistoryBody.Write(Busy(seed: 3), _buffer);
        var sum = new IntervalSum();
        for (int length = 1; length < body.Length; length++)
            Should.Throw<InvalidDataException>(() => HistoryBody.AddTo(body.AsSpan(0, length), sum));
        HistoryBody.Write(sum, _buffer).ShouldBeEmpty("nothing of what is damaged is added");
        var random = new Random(4);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. body];
            changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                HistoryBody.AddTo(changed, new IntervalSum());
            }
            catch (InvalidDataException)
            {
                // As expected of most of them.
            }
        }
    }

    private static IntervalSum Busy(int seed, IntervalSum? onto = null)
    {
        var random = new Random(seed);
        IntervalSum sum = onto ?? new IntervalSum();
        for (int i = 0; i < CellCounts.FirstStatus; i++)
        {
            if (i != CellCounts.Sent) sum.Counts[i] += random.Next(1_000);
        }

        sum.Cost += random.Next(100_000_000);
        for (uint code = 0; code < 4; code++)
        {
            sum.AddStatus(code * 11, random.Next(1, 50));
            sum.AddError(30_000 + code, random.Next(1, 50));
        }

        sum.AddStatus(uint.MaxValue, 2);
        sum.AddError(null, 3);
        for (int bin = 20; bin < 40; bin++) sum.Responses[bin] += random.Next(100);
        for (int bin = 45; bin < 80; bin++) sum.Receipts[bin] += random.Next(100);
        return sum;
    }

    private static void Same(IntervalSum read, IntervalSum expected)
    {
        read.Counts.ShouldBe(expected.Counts);
        read.Cost.ShouldBe(expected.Cost);
        read.Statuses.ShouldBe(expected.Statuses);
        read.Errors.ShouldBe(expected.Errors);
        read.Responses.ShouldBe(expected.Responses);
        read.Receipts.ShouldBe(expected.Receipts);
    }
}
