using Sparseland.Autograd;
using Sparseland.Chance;
using Sparseland.Language.Pruning.Structures;
using Sparseland.Language.Tests.Models;
using Sparseland.Language.Training;
using Sparseland.Language.Tuning;
using Sparseland.Masks;

namespace Sparseland.Language.Tests.Tuning;

public class CoPermutationTests
{
    private static readonly int[] Ids = [3, 60, 7, 7, 0, 21, 44, 13, 2];

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Any_order_of_heads_and_neurons_leaves_the_logits_as_they_are(string architecture)
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get(architecture));
        var network = TransformerNetwork<double>.Load(checkpoint);
        var expected = Logits(network);
        for (var round = 0; round < 3; round++)
        {
            foreach (var set in StructureSet.Of(checkpoint.Configuration, StructureKinds.Heads | StructureKinds.Neurons))
            {
                var order = Enumerable.Range(0, set.Count).ToArray();
                new RandomStream((ulong)round, set.Name).Shuffle<int>(order);
                CoPermutation.Apply(network, set, order);
            }
            var actual = Logits(network);
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], actual[i], 1e-10);
        }
    }

    [Fact]
    public void Float_keeps_logits_to_five_digits()
    {
        using var fixture = new TuningFixture("qwen2");
        var network = TransformerNetwork<float>.Load(fixture.Model);
        var expected = fixture.Logits(network);
        foreach (var set in StructureSet.Of(fixture.Model.Configuration, StructureKinds.Heads | StructureKinds.Neurons))
            CoPermutation.Apply(network, set, [.. Enumerable.Range(0, set.Count).Reverse()]);
        TuningFixture.AssertNear(expected, fixture.Logits(network), 1e-5);
    }

    [Fact]
    public void What_is_no_permutation_is_refused()
    {
        var checkpoint = InMemoryCheckpoint.Random(Architectures.Get("llama2"));
        var network = TransformerNetwork<float>.Load(checkpoint);
        var set = StructureSet.Of(checkpoint.Configuration, StructureKinds.Heads)[0];
        Assert.Throws<ArgumentException>(() => CoPermutation.Apply(network, set, [0, 0]));
        Assert.Throws<ArgumentException>(() => CoPermutation.Apply(network, set, [1]));
        Assert.Throws<ArgumentException>(() => CoPermutation.Apply(network, set, [0, 2]));
    }

    [Fact]
    public void The_order_puts_what_is_trained_side_by_side()
    {
        var set = StructureSet.Of(Architectures.Get("llama1"), StructureKinds.Heads)[0];
        var trained = new TrainedStructures(set, [1, 3], [0, 3]);
        Assert.Equal([1, 3, 0, 2], trained.Order());
        Assert.Equal(1, trained.ConsumerStart);
        Assert.Equal("self_attn.v_proj", trained.ProducerProjection.Projection);
        Assert.Equal([0, 1, 2, 3], new TrainedStructures(set, [], []).Order());
        Assert.Equal([2, 0, 1, 3], new TrainedStructures(set, [], [2]).Order());
    }

    private static double[] Logits(TransformerNetwork<double> network)
    {
        var tape = new Tape<double> { Recording = false };
        return network.Logits(tape, Ids, 1, Ids.Length).Value.Span.ToArray();
    }
}
