import { defineConfig } from "vite";

// Everything is a file of its own on this origin: no data: scripts, no inlined assets, no polyfill that would need a
// looser content security policy. Relative addresses, so the server may serve the application under any path.
export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      output: {
        // the map's worker is a module: served as JavaScript only if its name ends so
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".mjs")) ? "assets/[name]-[hash].js" : "assets/[name]-[hash][extname]",
      },
    },
  },
});
