using Sparseland.Chance;
using Sparseland.Trees.Voxels;

namespace Sparseland.Trees.Tests.Voxels;

public class NodeTableTests
{
    [Fact]
    public void ItKeepsWhatADictionaryKeepsWhateverIsPutInAndTakenOut()
    {
        var random = new RandomStream(1, "table");
        var (table, expected) = (new NodeTable<int>(), new Dictionary<ulong, VoxelNode<int>>());
        for (var step = 0; step < 20_000; step++)
        {
            var key = (ulong)random.NextInt(300) << (random.NextInt(3) * 20);
            if (random.NextInt(5) < 2)
            {
                table.Remove(key);
                expected.Remove(key);
            }
            else
            {
                table[key] = expected[key] = new(step, active: false);
            }
            var asked = (ulong)random.NextInt(300) << (random.NextInt(3) * 20);
            Assert.Same(expected.GetValueOrDefault(asked), table.Find(asked));
        }
        Assert.Equal(expected.Keys.Order(), table.Keys.Order());
        Assert.Equal(expected.Count, table.Values.Distinct().Count());
        Assert.Throws<KeyNotFoundException>(() => table[ulong.MaxValue]);
    }
}
