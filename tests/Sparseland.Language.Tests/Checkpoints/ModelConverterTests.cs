using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Checkpoints.Gguf;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Language.Tokenizers;
using Sparseland.Layouts;
using Sparseland.Tensors;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Checkpoints;

public sealed class ModelConverterTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sparseland").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    public static TheoryData<string> Families => [.. SmallModels.All.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_family_goes_to_gguf_and_back_without_a_change(string family)
    {
        var model = SmallModels.Random(family);
        CheckpointWriter.WriteDense(At("dense"), model.Configuration, model.LoadTensor, ElementType.Float32);
        var there = ModelConverter.Convert(At("dense"), At("model.gguf"));
        Assert.True(there.Loss.IsExact);
        using (var gguf = Checkpoint.Open(At("model.gguf")))
        {
            Assert.Equal("gguf", gguf.Format);
            CheckpointTests.AssertEqual(model, gguf, 0);
        }
        ModelConverter.Convert(At("model.gguf"), At("back"), new() { Layout = "dense" });
        using var back = Checkpoint.Open(At("back"));
        CheckpointTests.AssertEqual(model, back, 0);
        Assert.Equal(SmallModels.Comparable(model.Configuration) with { NormEpsilon = 0, RopeTheta = 0 }, SmallModels.Comparable(back.Configuration) with { NormEpsilon = 0, RopeTheta = 0 });
        for (var block = 0; block < model.Configuration.BlockCount; block++)
            Assert.Equal(model.Configuration.ShapeOf(block), back.Configuration.ShapeOf(block));
        Assert.Equal(model.Configuration.EndTokens.Order(), back.Configuration.EndTokens.Order());
        Assert.Equal(model.Configuration.NormEpsilon, back.Configuration.NormEpsilon, 1e-9);
    }

    [Theory]
    [InlineData("auto")]
    [InlineData("csr")]
    public void Packed_goes_to_dense_to_gguf_and_back_to_packed_with_equal_numbers(string layout)
    {
        var model = WritePacked("packed", ElementType.BFloat16);
        ModelConverter.Convert(At("packed"), At("dense"), new() { Layout = "dense" });
        ModelConverter.Convert(At("dense"), At("model.gguf"));
        var last = ModelConverter.Convert(At("model.gguf"), At("again"), new() { Layout = layout });
        Assert.True(last.Loss.IsExact);
        Assert.Equal("packed safetensors", last.Format);
        Assert.True(layout == "csr" || last.BytesAfter < last.BytesBefore);
        using var first = Checkpoint.Open(At("packed"));
        using var second = Checkpoint.Open(At("again"));
        CheckpointTests.AssertEqual(first, second, 0);
        Assert.All(second.Tensors.Where(tensor => tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal)), tensor => Assert.Contains(tensor.Layout, layout == "auto" ? ["2:4", "bitmap"] : new[] { "csr" }));
        Assert.Contains(second.Tensors, tensor => tensor.Layout == (layout == "auto" ? "2:4" : "csr"));
        Assert.Equal(model.Configuration.Family, second.Configuration.Family);
    }

    [Fact]
    public void Packed_stays_byte_for_byte_what_it_was_when_nothing_is_asked_for()
    {
        WritePacked("packed", ElementType.Int8);
        ModelConverter.Convert(At("packed"), At("again"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(At("packed"), "model.safetensors")), File.ReadAllBytes(Path.Combine(At("again"), "model.safetensors")));
    }

    [Fact]
    public void What_is_rounded_is_counted_and_named()
    {
        var model = SmallModels.Random("llama");
        CheckpointWriter.WriteDense(At("dense"), model.Configuration, model.LoadTensor, ElementType.Float32);
        var result = ModelConverter.Convert(At("dense"), At("half"), new() { Layout = "dense", Element = ElementType.BFloat16 });
        Assert.False(result.Loss.IsExact);
        Assert.Contains("are rounded, by at most", result.Loss.ToString(), StringComparison.Ordinal);
        Assert.InRange(result.Loss.LargestError, 1e-6, 0.02);
        Assert.Equal(result.BytesBefore, result.BytesAfter + model.Configuration.VocabularySize * model.Configuration.Width * 4L + SmallProjections(model) * 2L);
        var again = ModelConverter.Convert(At("half"), At("again"), new() { Layout = "dense" });
        Assert.True(again.Loss.IsExact);

        static long SmallProjections(ICheckpoint model) => model.Tensors.Where(tensor => tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal)).Sum(tensor => tensor.Shape.Length);
    }

    [Theory]
    [InlineData(ElementType.Q8_0, 0.02)]
    [InlineData(ElementType.Q4_0, 0.35)]
    [InlineData(ElementType.Float16, 0.002)]
    public void Block_types_are_near_and_are_copied_not_rounded_again(ElementType element, double tolerance)
    {
        var configuration = SmallModels.All["llama"] with { Width = 32, HeadWidth = 8, FeedForwardWidth = 64 };
        var model = InMemoryCheckpoint.Random(configuration);
        CheckpointWriter.WriteDense(At("dense"), configuration, model.LoadTensor, ElementType.Float32);
        var result = ModelConverter.Convert(At("dense"), At("a.gguf"), new() { Element = element });
        Assert.False(result.Loss.IsExact);
        using (var read = Checkpoint.Open(At("a.gguf")))
        {
            var name = TensorNames.Weight(1, "self_attn.q_proj");
            Assert.Equal(element, read.LoadMatrix(name).Element);
            var (before, after) = (model.LoadTensor(name).Span.ToArray(), read.LoadTensor(name).Span.ToArray());
            Assert.All(before.Zip(after), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, tolerance));
        }
        Assert.True(ModelConverter.Convert(At("a.gguf"), At("b.gguf")).Loss.IsExact);
        using var first = Checkpoint.Open(At("a.gguf"));
        using var second = Checkpoint.Open(At("b.gguf"));
        CheckpointTests.AssertEqual(first, second, 0);
    }

    [Fact]
    public void An_output_folder_is_complete_and_an_existing_one_is_refused()
    {
        WritePacked("packed", ElementType.Float32);
        foreach (var (name, text) in new[] { ("tokenizer.json", "{}"), ("LICENSE", "MIT"), ("README.md", "# Card\n"), ("generation_config.json", "{\"eos_token_id\":2}"), ("stray.txt", "x") })
            File.WriteAllText(Path.Combine(At("packed"), name), text);
        ModelConverter.Convert(At("packed"), At("dense"), new() { Layout = "dense" });
        Assert.Equal(["LICENSE", "README.md", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json"], Directory.GetFiles(At("dense")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.StartsWith("# Card\n\n## Converted\n", File.ReadAllText(Path.Combine(At("dense"), "README.md")), StringComparison.Ordinal);
        var before = File.ReadAllBytes(Path.Combine(At("dense"), "model.safetensors"));
        Assert.Throws<InvalidSettingException>(() => ModelConverter.Convert(At("packed"), At("dense")));
        Assert.Throws<InvalidSettingException>(() => ModelConverter.Convert(At("packed"), At("packed"), new() { Replace = true }));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() => ModelConverter.Convert(At("packed"), At("dense"), new() { Replace = true }, cancellation: cancelled.Token));
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(At("dense"), "model.safetensors")));
        Assert.Equal(2, Directory.GetFileSystemEntries(_root).Length);
        Assert.Equal("packed safetensors", ModelConverter.Convert(At("dense"), At("packed2"), new() { Replace = true }).Format);
    }

    [Fact]
    public void The_reference_model_becomes_a_gguf_file_that_holds_its_tokenizer()
    {
        var model = TestData.Require("language/stories260K/stories260K.bin");
        var result = ModelConverter.Convert(model, At("stories.gguf"));
        Assert.True(result.Loss.IsExact);
        using var before = Checkpoint.Open(model);
        using var after = Checkpoint.Open(At("stories.gguf"));
        CheckpointTests.AssertEqual(before, after, 0);
        var metadata = GgufFile.Open(At("stories.gguf")).Metadata;
        Assert.Equal("llama", metadata["tokenizer.ggml.model"].AsText());
        Assert.Equal(512, metadata["tokenizer.ggml.tokens"].AsTexts()!.Count);
        Assert.Contains("\u2581the", metadata["tokenizer.ggml.tokens"].AsTexts()!);
        var original = Tokenizer.Load(before.TokenizerPath!);
        var embedded = Tokenizer.Parse("embedded", System.Text.Encoding.UTF8.GetBytes(metadata[GgufTokenizer.JsonKey].AsText()!));
        Assert.Equal(original.Encode("Once upon a time, there was an octopus 🐙."), embedded.Encode("Once upon a time, there was an octopus 🐙."));
    }

    [Fact]
    public void Inspection_counts_from_headers_alone()
    {
        var model = WritePacked("packed", ElementType.Float32);
        using var checkpoint = Checkpoint.Open(At("packed"));
        var inspection = CheckpointInspection.Of(checkpoint, 16);
        Assert.Equal(model.Tensors.Sum(tensor => tensor.Shape.Length), inspection.Parameters);
        Assert.Equal(["embedding", "block 0", "block 1", "last norm", "head"], inspection.ByPlace.Select(group => group.Name));
        Assert.Equal(inspection.Bytes, inspection.ByStorage.Sum(group => group.Bytes));
        Assert.Equal(inspection.Bytes, inspection.Memory.WeightBytes);
    }

    private string At(string name) => Path.Combine(_root, name);

    private InMemoryCheckpoint WritePacked(string folder, ElementType element)
    {
        var model = SmallModels.Random("llama");
        var plain = element == ElementType.Int8 ? ElementType.Float32 : element;
        var writer = new CheckpointWriter(At(folder), model.Configuration);
        writer.WritePart("all", [.. TensorCatalog.For(model.Configuration).Select(tensor => tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal)
            ? CheckpointWeight.Of(tensor.Name, SmallModels.Pack(model.LoadTensor(tensor.Name), "2:4", element))
            : CheckpointWeight.Dense(tensor.Name, model.LoadTensor(tensor.Name), plain))]);
        writer.Complete();
        return model;
    }
}
