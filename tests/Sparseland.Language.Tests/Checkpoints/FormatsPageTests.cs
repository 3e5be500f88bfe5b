using System.Text;
using Sparseland.Files;
using Sparseland.Language.Checkpoints;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Testing;

namespace Sparseland.Language.Tests.Checkpoints;

public class FormatsPageTests
{
    [Fact]
    public void The_example_on_the_page_about_formats_is_the_file_that_is_written()
    {
        var weights = new Tensor<float>(new Shape(2, 8), [0, 1.5f, 0, -2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5f]);
        var mask = new Mask(2, 8) { [0, 1] = true, [0, 3] = true, [1, 0] = true, [1, 7] = true };
        var weight = CheckpointWeight.Of("w", MatrixLayoutFactory.Create("bitmap", ElementType.BFloat16, weights.Matrix, mask));
        var path = Path.Combine(Directory.CreateTempSubdirectory("sparseland").FullName, "w.safetensors");
        using (var writer = new SafetensorsWriter(path, [.. weight.Entries()], PackedWeights.Metadata([weight])))
        {
            weight.WriteTo(writer);
            writer.Complete();
        }
        var bytes = File.ReadAllBytes(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        var page = File.ReadAllText(Path.Combine(TestData.Repository()!, "docs", "formats.md"));
        var length = (int)BitConverter.ToInt64(bytes);
        Assert.Contains($"the header's length, {length} ", page, StringComparison.Ordinal);
        Assert.Contains($"at bytes {length + 8} to {bytes.Length};", page, StringComparison.Ordinal);
        var json = Encoding.UTF8.GetString(bytes, 8, length).TrimEnd();
        Assert.Contains(json, page.Replace("\n \"w", "\"w", StringComparison.Ordinal), StringComparison.Ordinal);
        for (var at = length + 8; at < bytes.Length; at += 16)
            Assert.Contains($"{at - length - 8,4}  {string.Join(' ', bytes.Skip(at).Take(16).Select(unit => unit.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)))}\n", page, StringComparison.Ordinal);
    }
}
