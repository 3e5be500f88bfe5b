using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;

namespace Sparseland.Language.Tests.Models;

public sealed class ModelLayoutsTests
{
    private static readonly TransformerModel Model =
        TransformerModel.Load(new RandomCheckpoint(Architectures.Get("llama2") with { Width = 64, HeadWidth = 16, FeedForwardWidth = 256 }));

    private static float[] Logits(TransformerModel model, params int[] tokens) => model.CreateSession(32).Read(tokens).ToArray();

    [Theory]
    [InlineData(ElementType.Float32, 1e-6)]
    [InlineData(ElementType.BFloat16, 0.15)]
    [InlineData(ElementType.Float16, 0.03)]
    [InlineData(ElementType.Int8, 0.3)]
    [InlineData(ElementType.Q8_0, 0.3)]
    public void A_dense_type_keeps_the_logits_near(ElementType element, double tolerance)
    {
        var (expected, actual) = (Logits(Model, 1, 2, 3), Logits(ModelLayouts.ToDense(Model, element), 1, 2, 3));
        for (var id = 0; id < expected.Length; id++)
            Assert.Equal(expected[id], actual[id], tolerance);
    }

    [Fact]
    public void Four_bits_give_way_where_their_blocks_do_not_divide_a_row()
    {
        var layouts = LayerLayout.Of(ModelLayouts.ToDense(Model, ElementType.Q4_K)).ToDictionary(layout => layout.Name, layout => layout.Element);
        Assert.Equal(ElementType.Q4_K, layouts[TensorNames.Weight(0, "mlp.down_proj")]);
        Assert.Equal(ElementType.Q4_0, layouts[TensorNames.Weight(0, "mlp.up_proj")]);
        Assert.Equal(ElementType.BFloat16, ModelLayouts.Fitting(ElementType.Q4_K, 40));
    }

    [Theory]
    [InlineData("2:4", 0.5, ElementType.BFloat16)]
    [InlineData("unstructured", 0.7, ElementType.Float32)]
    public void A_sparse_model_equals_its_zeros_written_densely(string pattern, double sparsity, ElementType element)
    {
        var sparse = ModelLayouts.ToSparse(Model, Pattern.Parse(pattern), sparsity, element);
        Assert.All(LayerLayout.Of(sparse).Where(layout => layout.Name.Contains("proj")), layout => Assert.Equal(sparsity, layout.Sparsity, 0.02));
        var (expected, actual) = (Logits(ModelLayouts.ToDense(sparse, ElementType.Float32), 1, 2, 3), Logits(sparse, 1, 2, 3));
        for (var id = 0; id < expected.Length; id++)
            Assert.Equal(expected[id], actual[id], 1e-4);
    }
}
