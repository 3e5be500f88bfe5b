using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Pruning;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Recipes;

namespace Sparseland.Language.Tests.Pruning;

public class FactorPruningTests
{
    [Theory]
    [InlineData("dictionary:iterations=2", ElementType.Float32)]
    [InlineData("dictionary:iterations=2", ElementType.BFloat16)]
    [InlineData("svd", ElementType.BFloat16)]
    public void A_model_of_factors_is_written_loads_and_runs(string update, ElementType values)
    {
        using var fixture = new PruningFixture();
        var recipe = new Recipe { Score = new MethodChoice("magnitude"), Update = MethodChoice.Parse(update), Sparsity = 0.3, Values = values };
        var result = ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Calibration = fixture.Calibration, Output = fixture.Output });
        using var read = Checkpoint.Open(fixture.Output);
        foreach (var layer in result.Report.Layers)
        {
            var stored = Assert.IsType<DictionaryMatrix>(read.LoadMatrix(layer.Name));
            Assert.Equal((values, layer.Bytes), (stored.Element, stored.ByteCount));
            Assert.IsType<MappedFile>(stored.Parts[0].Bytes.Owner);
            Assert.True(layer.Achieved >= 0.3);
            Assert.Equal(layer.Achieved, 1 - (double)layer.Bytes / DenseMatrix.BytesFor(values, layer.Rows, layer.Columns), 1e-12);
            Assert.InRange(layer.OutputError!.Value, 0, 1);
        }
        var memory = TransformerModel.Load(fixture.Checkpoint);
        ModelPruner.PruneInMemory(fixture.Checkpoint, recipe, fixture.Calibration, memory);
        var loaded = TransformerModel.Load(read);
        for (var block = 0; block < loaded.Blocks.Count; block++)
            foreach (var (left, right) in loaded.Blocks[block].Projections.Zip(memory.Blocks[block].Projections))
                Assert.Equal(Parts(right.Matrix), Parts(left.Matrix));
        Assert.All(fixture.Logits(loaded), logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [MemberData(nameof(Architectures.Names), MemberType = typeof(Architectures))]
    public void Matrices_of_the_same_inputs_share_a_dictionary_on_disk_and_in_memory(string architecture)
    {
        using var fixture = new PruningFixture(architecture);
        var recipe = new Recipe { Score = new MethodChoice("magnitude"), Update = MethodChoice.Parse("dictionary:iterations=2,share=inputs"), Sparsity = 0.3, Values = ElementType.BFloat16 };
        var report = ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Calibration = fixture.Calibration, Output = fixture.Output }).Report;
        using var read = Checkpoint.Open(fixture.Output);
        for (var block = 0; block < fixture.Configuration.BlockCount; block++)
            foreach (var readers in DenseStatistics.Readers(fixture.Configuration))
            {
                var matrices = readers.Select(projection => (DictionaryMatrix)read.LoadMatrix(TensorNames.Weight(block, projection))).ToList();
                Assert.All(matrices, matrix => Assert.Equal(Dictionary(matrices[0]), Dictionary(matrix)));
                Assert.Equal([false, .. Enumerable.Repeat(true, readers.Count - 1)], matrices.Select(matrix => matrix.Parts[0].IsShared));
                // Together they keep within the budget that one matrix of all outputs has, up to the values that end each of them.
                var dense = matrices.Sum(matrix => DenseMatrix.BytesFor(ElementType.BFloat16, matrix.Rows, matrix.Columns));
                Assert.InRange(matrices.Sum(matrix => matrix.ByteCount), 0, 0.7 * dense + 32 * (readers.Count - 1));
            }
        Assert.Equal(report.BytesAfter, Directory.GetFiles(fixture.Output, "*.safetensors").Sum(path => SafetensorsFile.Open(path).Tensors.Sum(tensor => tensor.ByteCount)));
        var memory = TransformerModel.Load(fixture.Checkpoint);
        ModelPruner.PruneInMemory(fixture.Checkpoint, recipe, fixture.Calibration, memory);
        var loaded = TransformerModel.Load(read);
        for (var block = 0; block < loaded.Blocks.Count; block++)
            foreach (var (left, right) in loaded.Blocks[block].Projections.Zip(memory.Blocks[block].Projections))
                Assert.Equal(Parts(right.Matrix), Parts(left.Matrix));
        Assert.All(fixture.Logits(loaded), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void A_shared_dictionary_that_is_not_there_is_named()
    {
        using var fixture = new PruningFixture(blocks: 1);
        var recipe = new Recipe { Score = new MethodChoice("magnitude"), Update = MethodChoice.Parse("dictionary:iterations=1,share=inputs"), Sparsity = 0.3 };
        ModelPruner.Prune(new PruneRequest { Checkpoint = fixture.Checkpoint, Recipe = recipe, Calibration = fixture.Calibration, Output = fixture.Output });
        var path = Directory.GetFiles(fixture.Output, "*.safetensors").Single();
        var bytes = File.ReadAllBytes(path);
        var place = bytes.AsSpan().IndexOf("shared"u8);
        Assert.True(place > 0);
        place += bytes.AsSpan(place).IndexOf("q_proj"u8);
        bytes[place] = (byte)'z';
        File.WriteAllBytes(path, bytes);
        Assert.Contains("z_proj.weight.dictionary", Assert.Throws<InvalidFileException>(() => Checkpoint.Open(fixture.Output)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_work_is_announced_matrix_by_matrix_and_left_out_matrices_take_none()
    {
        using var fixture = new PruningFixture();
        var recipe = new Recipe { Score = new MethodChoice("magnitude"), Update = MethodChoice.Parse("dictionary:iterations=10"), Sparsity = 0.3 };
        var all = PruneWork.Operations(fixture.Checkpoint, recipe);
        var update = Methods.Updates.Create(recipe.Update);
        Assert.Equal(PruningPlan.PrunableMatrices(fixture.Configuration).Sum(matrix => update.Operations(recipe.Values, matrix.Rows, matrix.Columns, 0.3)), all);
        Assert.True(PruneWork.Operations(fixture.Checkpoint, recipe with { Rules = [new RecipeRule("*.mlp.*") { Skip = true }] }) is > 0 and var some && some < all);
        Assert.Equal(0, PruneWork.Operations(fixture.Checkpoint, recipe with { Update = new MethodChoice("none") }));
    }

    private static unsafe string Dictionary(DictionaryMatrix matrix) => Convert.ToHexString(new ReadOnlySpan<byte>(matrix.Parts[0].Pointer, (int)matrix.Parts[0].Bytes.Length));

    private static unsafe string[] Parts(MatrixLayout matrix) =>
        [.. ((ILayoutParts)matrix).Parts.Select(part => $"{part} {Convert.ToHexString(new ReadOnlySpan<byte>(part.Pointer, (int)part.Bytes.Length))}")];
}
