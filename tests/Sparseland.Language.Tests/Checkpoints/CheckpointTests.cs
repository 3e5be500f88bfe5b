using Sparseland.Errors;
using Sparseland.Files;
using Sparseland.Fuzzing;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Language.Tests.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sparseland").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Families => [.. SmallModels.All.Keys];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_family_is_read_as_it_was_written(string family)
    {
        var model = SmallModels.Random(family);
        CheckpointWriter.WriteDense(_folder, model.Configuration, model.LoadTensor, ElementType.Float32);
        using var read = Checkpoint.Open(_folder);
        AssertEqual(model, read, 0);
        Assert.Equal("safetensors", read.Format);
        Assert.Equal(SmallModels.Comparable(model.Configuration), SmallModels.Comparable(read.Configuration));
        for (var block = 0; block < model.Configuration.BlockCount; block++)
            Assert.Equal(model.Configuration.ShapeOf(block), read.Configuration.ShapeOf(block));
        Assert.Equal(model.Configuration.EndTokens, read.Configuration.EndTokens);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData(ElementType.BFloat16, 1.0 / 256)]
    [InlineData(ElementType.Float16, 1.0 / 2048)]
    [InlineData(ElementType.Float64, 0)]
    public void Shorter_elements_are_within_half_a_unit_of_the_numbers(ElementType element, double unit)
    {
        var model = SmallModels.Random("gpt2");
        CheckpointWriter.WriteDense(_folder, model.Configuration, model.LoadTensor, element);
        using var read = Checkpoint.Open(_folder);
        AssertEqual(model, read, unit);
        Assert.All(read.Tensors, tensor => Assert.Equal(element, tensor.Element));
    }

    [Fact]
    public void Shards_hold_the_same_tensors_and_gpt2_has_its_own_names()
    {
        var model = SmallModels.Random("gpt2");
        CheckpointWriter.WriteDense(_folder, model.Configuration, model.LoadTensor, ElementType.Float32, new() { MaxShardBytes = 4096 });
        using var read = Checkpoint.Open(_folder);
        AssertEqual(model, read, 0);
        var stored = SafetensorsFolder.Open(_folder);
        Assert.True(stored.Files.Count > 3);
        Assert.Equal([model.Configuration.Width, 3 * model.Configuration.Width], stored.Find("transformer.h.0.attn.c_attn.weight")!.Extents);
    }

    [Fact]
    public void A_model_in_parts_goes_on_after_an_interruption_and_ends_in_the_same_bytes()
    {
        var model = SmallModels.Random("llama");
        var weights = TensorCatalog.For(model.Configuration).Select(tensor => CheckpointWeight.Dense(tensor.Name, model.LoadTensor(tensor.Name), ElementType.BFloat16)).ToArray();
        var first = new CheckpointWriter(_folder, model.Configuration);
        first.WritePart("block-000", weights[..5]);
        var second = new CheckpointWriter(_folder, model.Configuration);
        Assert.True(second.HasPart("block-000"));
        Assert.False(second.HasPart("block-001"));
        Assert.Throws<InvalidOperationException>(second.Complete);
        second.WritePart("block-001", weights[5..]);
        second.Complete();
        var once = Path.Combine(_folder, "once");
        CheckpointWriter.WriteDense(once, model.Configuration, model.LoadTensor, ElementType.BFloat16);
        Assert.Equal(File.ReadAllBytes(Path.Combine(once, "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder, "model.safetensors")));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
    }

    [Theory]
    [InlineData("bitmap", ElementType.BFloat16)]
    [InlineData("csr", ElementType.Float32)]
    [InlineData("2:4", ElementType.Float32)]
    [InlineData("block 1x8", ElementType.Float32)]
    [InlineData("bitmap", ElementType.Int8)]
    public void Packed_weights_come_back_in_their_layout_over_the_mapped_file(string layout, ElementType element)
    {
        var model = SmallModels.Random("gpt2");
        var packed = new Dictionary<string, MatrixLayout>();
        var weights = new List<CheckpointWeight>();
        foreach (var tensor in TensorCatalog.For(model.Configuration))
        {
            if (tensor.Name.Contains("_proj.weight", StringComparison.Ordinal))
            {
                var matrix = SmallModels.Pack(model.LoadTensor(tensor.Name), layout, element);
                packed.Add(tensor.Name, matrix);
                weights.Add(CheckpointWeight.Of(tensor.Name, matrix));
            }
            else
            {
                weights.Add(CheckpointWeight.Dense(tensor.Name, model.LoadTensor(tensor.Name), ElementType.Float32));
            }
        }
        var writer = new CheckpointWriter(_folder, model.Configuration, new() { Metadata = new Dictionary<string, string> { ["recipe"] = "{}" } });
        writer.WritePart("all", weights);
        writer.Complete();
        using var read = Checkpoint.Open(_folder);
        Assert.Equal("packed safetensors", read.Format);
        Assert.Equal("{}", read.Metadata["recipe"]);
        foreach (var (name, matrix) in packed)
        {
            var loaded = read.LoadMatrix(name);
            Assert.Equal((layout, element), (loaded.Name, loaded.Element));
            Assert.IsType<MappedFile>(Assert.IsAssignableFrom<ILayoutParts>(loaded).Parts[0].Bytes.Owner);
            Assert.Equal(matrix.ToMask().Words.ToArray(), loaded.ToMask().Words.ToArray());
            Assert.Equal(SmallModels.ToDense(matrix), SmallModels.ToDense(loaded));
        }
    }

    [Theory]
    [InlineData("stories260K.bin")]
    [InlineData("stories260K_v1.bin")]
    public void Both_versions_of_the_reference_model_hold_equal_tensors_and_find_their_tokenizer(string file)
    {
        using var first = Checkpoint.Open(TestData.Require("language/stories260K/stories260K.bin"));
        using var second = Checkpoint.Open(TestData.Require($"language/stories260K/{file}"));
        AssertEqual(first, second, 0);
        Assert.Equal("tok512.bin", Path.GetFileName(second.TokenizerPath));
        Assert.Equal((64, 172, 5, 8, 4, 512, 512), (second.Configuration.Width, second.Configuration.FeedForwardWidth, second.Configuration.BlockCount, second.Configuration.HeadCount, second.Configuration.KeyValueHeadCount, second.Configuration.VocabularySize, second.Configuration.ContextLength));
        Assert.True(second.Configuration.TiedEmbeddings);
    }

    [Fact]
    public void Rows_of_queries_move_from_pairs_into_halves()
    {
        var stored = new StoredRows.InterleavedPairs(6);
        Assert.Equal([0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11], Enumerable.Range(0, 12).Select(row => (int)stored.StoredRow(row)));
    }

    [Fact]
    public void Weights_that_are_not_numbers_are_refused_with_name_count_and_place()
    {
        var model = SmallModels.Random("llama");
        var name = TensorNames.Weight(1, "mlp.down_proj");
        CheckpointWriter.WriteDense(_folder, model.Configuration, model.LoadTensor, ElementType.Float32);
        var file = Path.Combine(_folder, "model.safetensors");
        var bytes = File.ReadAllBytes(file);
        var tensor = SafetensorsFile.Open(file).Find(name)!;
        BitConverter.TryWriteBytes(bytes.AsSpan((int)tensor.Offset + 4 * (int)(3 * tensor.Extents[1] + 2)), float.NaN);
        BitConverter.TryWriteBytes(bytes.AsSpan((int)tensor.Offset + 4 * (int)(4 * tensor.Extents[1])), float.NegativeInfinity);
        File.WriteAllBytes(file, bytes);
        using var read = Checkpoint.Open(_folder);
        var message = Assert.Throws<InvalidFileException>(() => read.LoadMatrix(name)).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        Assert.Contains("2 weights are NaN or infinite, the first at row 3, column 2", message, StringComparison.Ordinal);
        Assert.Throws<InvalidFileException>(() => read.LoadTensor(name));
        Assert.NotNull(read.LoadMatrix(TensorNames.Weight(0, "mlp.down_proj")));
    }

    [Fact]
    public void Numbers_beyond_the_element_type_are_not_written()
    {
        var model = SmallModels.Random("llama");
        var fault = Assert.Throws<NumericalException>(() => CheckpointWriter.WriteDense(_folder, model.Configuration, name =>
        {
            var tensor = model.LoadTensor(name);
            tensor.Span[0] = 1e30f;
            return tensor;
        }, ElementType.Float16));
        Assert.Contains(TensorNames.Embedding, fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Missing_misshapen_and_stray_tensors_are_named()
    {
        var model = SmallModels.Random("qwen2");
        CheckpointWriter.WriteDense(_folder, model.Configuration, model.LoadTensor, ElementType.Float32);
        var config = Path.Combine(_folder, "config.json");
        var text = File.ReadAllText(config);
        File.WriteAllText(config, text.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", StringComparison.Ordinal));
        Assert.Contains("model.layers.2.input_layernorm.weight", Assert.Throws<InvalidFileException>(() => Checkpoint.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 9999", StringComparison.Ordinal));
        Assert.Contains("9999 blocks", Assert.Throws<InvalidFileException>(() => Checkpoint.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace("\"vocab_size\": ", "\"vocab_size\": 1", StringComparison.Ordinal));
        Assert.Contains("model.embed_tokens.weight", Assert.Throws<InvalidFileException>(() => Checkpoint.Open(_folder)).Message, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace("\"qwen2\"", "\"llama\"", StringComparison.Ordinal));
        Assert.Contains("q_proj.bias", Assert.Throws<UnsupportedException>(() => Checkpoint.Open(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_llama2c_file_is_refused_at_every_length()
    {
        var bytes = FuzzTargets.Llama2C(version: 0);
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidFileException>(() => Llama2CReader.Open(MappedFile.FromBytes("cut.bin", bytes.AsSpan(0, length))));
        Assert.Equal(12, Llama2CReader.Open(MappedFile.FromBytes("whole.bin", bytes)).Tensors.Count);
        Assert.Equal(11, Llama2CReader.Open(MappedFile.FromBytes("whole.bin", FuzzTargets.Llama2C(version: 1))).Tensors.Count);
    }

    internal static void AssertEqual(ICheckpoint expected, ICheckpoint actual, double unit)
    {
        Assert.Equal(expected.Tensors.Select(tensor => tensor.Name).Order(), actual.Tensors.Select(tensor => tensor.Name).Order());
        foreach (var tensor in expected.Tensors)
        {
            var (left, right) = (expected.LoadTensor(tensor.Name), actual.LoadTensor(tensor.Name));
            Assert.Equal(left.Shape, right.Shape);
            for (var i = 0; i < left.Length; i++)
                Assert.True(Math.Abs(left.Span[i] - right.Span[i]) <= unit * Math.Abs(left.Span[i]) + (unit > 0 ? 1e-7 : 0), $"{tensor.Name}[{i}]: {left.Span[i]} and {right.Span[i]}");
        }
    }
}
