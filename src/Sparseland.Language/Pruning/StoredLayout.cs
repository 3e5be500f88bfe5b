using Sparseland.Errors;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Recipes;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>Chooses how a pruned matrix lies on disk: by size alone, so that the same recipe always gives the same bytes.</summary>
public static class StoredLayout
{
    /// <summary>Refuses layouts that do not exist or cannot hold the recipe's values.</summary>
    /// <exception cref="InvalidSettingException">The layout is unknown, or "dense" is asked for with int8 values.</exception>
    public static void Check(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Layout == "auto")
            return;
        if (recipe.Layout == "dense")
        {
            if (recipe.Values == ElementType.Int8)
                throw NoDenseInt8();
            return;
        }
        var kind = LayoutRegistry.FindForMask(recipe.Layout);
        if (!kind.Elements.Contains(recipe.Values))
            throw new InvalidSettingException($"the layout {recipe.Layout} does not store {ValueNames.Of(recipe.Values)}; it stores {string.Join(", ", kind.Elements.Select(ValueNames.Of))}");
        if (recipe.Pattern is UnstructuredPattern && (kind.Name is "N:M" or "block RxC"))
            throw new InvalidSettingException($"the layout {recipe.Layout} holds no {recipe.Pattern} mask; choose bitmap, csr or auto");
    }

    /// <summary>Stores a matrix.</summary>
    /// <param name="setting">"auto" for the smallest layout that fits the mask, "dense", or a layout's name, which holds for the matrices that are pruned.</param>
    /// <param name="element">The value type.</param>
    /// <param name="weights">[outputs, inputs], zero where nothing is kept.</param>
    /// <param name="mask">What is kept.</param>
    /// <param name="pattern">The pattern of the mask, or null when all is kept.</param>
    /// <returns>The layout; of equal sizes the earlier of pattern's own, bitmap, CSR.</returns>
    /// <exception cref="InvalidSettingException">The layout is unknown, or "dense" is asked for with int8 values.</exception>
    public static MatrixLayout Store(string setting, ElementType element, Tensor<float> weights, Mask mask, Pattern? pattern)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(mask);
        if (setting == "dense")
            return Dense(element, weights);
        if (setting != "auto" && pattern is not null)
            return MatrixLayoutFactory.Create(setting, element, weights.Matrix, mask);
        var best = element == ElementType.Int8 ? null : Dense(element, weights);
        foreach (var name in new[] { pattern?.LayoutName, BitmapMatrix.LayoutName, CsrMatrix.LayoutName })
        {
            if (name is null)
                continue;
            var kind = LayoutRegistry.Find(name);
            if (!kind.Elements.Contains(element) || !kind.Fits(name, mask))
                continue;
            var candidate = MatrixLayoutFactory.Create(name, element, weights.Matrix, mask);
            if (best is null || candidate.ByteCount < best.ByteCount)
                best = candidate;
        }
        return best!;
    }

    private static MatrixLayout Dense(ElementType element, Tensor<float> weights) =>
        element == ElementType.Int8 ? throw NoDenseInt8() : DenseMatrix.FromFloat32(weights.Matrix, element);

    private static InvalidSettingException NoDenseInt8() =>
        new("values int8 need a packed layout: dense safetensors hold no scales; choose bf16, or convert the packed model to GGUF");
}
