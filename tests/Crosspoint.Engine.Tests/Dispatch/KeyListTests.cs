using Crosspoint.Engine.Dispatch;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class KeyListTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(long.MaxValue)]
    public void Take_AnyKeys_ComeInTheOrderInWhichTheyWereAdded(long spread)
    {
        var random = new Random(7);
        var list = new KeyList();
        var expected = new Queue<long>();
        for (int i = 0; i < 20_000; i++)
        {
            long key = random.NextInt64(-1, spread);
            list.Add(key);
            expected.Enqueue(key);
            if (random.Next(3) == 0) list.Take().ShouldBe(expected.Dequeue());
        }

        list.Count.ShouldBe(expected.Count);
        while (expected.TryDequeue(out long key)) list.Take().ShouldBe(key);
        list.Count.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => list.Take());
    }

    [Fact]
    public void Append_AnotherList_ItsKeysComeAfterAndItIsEmpty()
    {
        KeyList first = Of(1, 2), second = Of(10, 20, 30), empty = new();
        first.Append(second);
        first.Append(empty);
        second.Count.ShouldBe(0);
        second.Add(99);
        first.Add(5);

        Enumerable.Range(0, 6).Select(_ => first.Take()).ShouldBe([1L, 2, 10, 20, 30, 5]);
        second.Take().ShouldBe(99);

        empty.Append(Of(7));
        empty.Add(8);
        Enumerable.Range(0, 2).Select(_ => empty.Take()).ShouldBe([7L, 8]);
    }

    [Fact]
    public void Add_AMillionNeighbours_TakesAFewOctetsEach()
    {
        var random = new Random(7);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var list = new KeyList();
        long key = 1_790_000_000_000L << 12;
        for (int i = 0; i < 1_000_000; i++) list.Add(key += random.Next(1, 8192));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(3_500_000);
        list.Count.ShouldBe(1_000_000);
    }

    private static KeyList Of(params long[] keys)
    {
        var list = new KeyList();
        foreach (long key in keys) list.Add(key);
        return list;
    }
}
