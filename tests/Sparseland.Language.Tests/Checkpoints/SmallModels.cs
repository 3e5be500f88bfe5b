using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Tests.Checkpoints;

/// <summary>Random models of every family, small enough to be written and read in a test.</summary>
internal static class SmallModels
{
    public static IReadOnlyDictionary<string, TransformerConfiguration> All { get; } = Configurations();

    public static InMemoryCheckpoint Random(string family) => InMemoryCheckpoint.Random(All[family]);

    /// <summary>Without its lists, which compare by reference.</summary>
    public static TransformerConfiguration Comparable(TransformerConfiguration configuration) => configuration.WithBlockShapes(
        [.. Enumerable.Repeat(new BlockShape(configuration.HeadCount, configuration.KeyValueHeadCount, configuration.FeedForwardWidth), configuration.BlockCount)]) with { EndTokens = [] };

    /// <summary>Packs a matrix: of every group of eight columns, or pair of four, the half with the larger first entries is kept.</summary>
    public static MatrixLayout Pack(Tensor<float> tensor, string layout, ElementType element)
    {
        var matrix = tensor.Matrix;
        var mask = new Mask(matrix.Rows, matrix.Columns);
        for (var row = 0; row < matrix.Rows; row++)
            for (var column = 0; column < matrix.Columns; column++)
                mask[row, column] = layout switch
                {
                    "2:4" => (row + column) % 2 == 1,
                    "block 1x8" => (row + column / 8) % 2 == 0,
                    _ => matrix[row, column] > 0,
                };
        return MatrixLayoutFactory.Create(layout, element, matrix, mask);
    }

    public static float[] ToDense(MatrixLayout matrix)
    {
        var dense = new Tensor<float>(new Shape(matrix.Rows, matrix.Columns));
        matrix.ToDense(dense.Matrix);
        return dense.Span.ToArray();
    }

    private static Dictionary<string, TransformerConfiguration> Configurations()
    {
        var llama = new TransformerConfiguration
        {
            Family = "llama", VocabularySize = 19, Width = 16, FeedForwardWidth = 24, BlockCount = 2, HeadCount = 4, KeyValueHeadCount = 2, HeadWidth = 4, ContextLength = 32,
            BeginToken = 1, EndTokens = [2],
        };
        return new()
        {
            ["llama"] = llama,
            ["llama3"] = llama with { RopeTheta = 500000, RopeScaling = new(RopeScalingKind.Llama3, 8, 1, 4, 16), EndTokens = [2, 3], TiedEmbeddings = true, NormEpsilon = 1e-6 },
            ["biases"] = llama with { QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true, HeadWidth = 8, RopeScaling = new(RopeScalingKind.Linear, 2) },
            ["mistral"] = llama with { Family = "mistral", SlidingWindow = 7 },
            ["qwen2"] = llama with { Family = "qwen2", QueryKeyValueBias = true, SlidingWindow = 5, SlidingWindowFirstBlock = 1 },
            ["qwen3"] = llama with { Family = "qwen3", QueryKeyNorm = true, HeadWidth = 8, TiedEmbeddings = true },
            ["uneven"] = llama.WithBlockShapes([new(4, 2, 8), new(2, 1, 20)]),
            ["uneven gpt2"] = (llama with
            {
                Family = "gpt2", KeyValueHeadCount = 4, Norm = NormKind.Layer, Activation = ActivationKind.GeluTanh, GatedFeedForward = false, Rotary = false, TiedEmbeddings = true,
                QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true,
            }).WithBlockShapes([new(3, 3, 12), new(2, 2, 24)]),
            ["uneven qwen3"] = (llama with { Family = "qwen3", QueryKeyNorm = true, HeadWidth = 8 }).WithBlockShapes([new(2, 2, 24), new(4, 1, 4)]),
            ["gpt2"] = llama with
            {
                Family = "gpt2", KeyValueHeadCount = 4, Norm = NormKind.Layer, Activation = ActivationKind.GeluTanh, GatedFeedForward = false, Rotary = false, TiedEmbeddings = true,
                QueryKeyValueBias = true, AttentionOutputBias = true, FeedForwardBias = true,
            },
        };
    }
}
