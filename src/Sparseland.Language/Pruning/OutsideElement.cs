using Sparseland.Layouts;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>How tensors that a recipe does not pack are stored. Nothing is rounded below what it came in unless the recipe's values say so, and int8 means bfloat16 here.</summary>
internal static class OutsideElement
{
    /// <summary>Beside masked matrices: vectors stay as they are, matrices follow the recipe's values.</summary>
    public static ElementType Masked(Recipe recipe, ElementType source, int rank) =>
        rank < 2 || recipe.Values == ElementType.Float32 ? Plain(source) : ElementType.BFloat16;

    /// <summary>After masked fine-tuning: as without it, but what has been trained as float32 and came from float16 stays so, vectors too.</summary>
    public static ElementType Recovered(Recipe recipe, ElementType source, int rank) =>
        rank < 2 || (recipe.Values == ElementType.Float32 && source is not ElementType.BFloat16) ? ElementType.Float32 : ElementType.BFloat16;

    /// <summary>In a smaller dense model: vectors stay as they are, matrices follow the recipe's values.</summary>
    public static ElementType Structured(Recipe recipe, ElementType source, int rank) =>
        rank < 2 || recipe.Values == ElementType.Float32 ? Plain(source) : recipe.Values;

    // Blocks of shared scales become numbers one by one.
    private static ElementType Plain(ElementType source) => source is ElementType.BFloat16 or ElementType.Float16 ? source : ElementType.Float32;
}
